"""What is remembered about an object as long as it lives, by its identity.

A `WeakKeyDictionary` asks keys for their hash and equality, and classes may define both (in a
metaclass). Here only identity counts, and a number that was used again is noticed.
"""

from typing import Generic, TypeVar
from weakref import ref

K = TypeVar("K")
V = TypeVar("V")


class _KeyedRef(ref[K]):
    """A weak reference that still knows whose it was when the object is gone."""

    __slots__ = ("key",)
    key: int


class IdentityMemo(Generic[K, V]):
    """Values by object; an entry goes when its object goes.

    A value must not hold its object, or neither would ever go. Every operation on the dict
    is atomic, so threads may share a memo: at worst one of two equal values is kept.
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[int, tuple[_KeyedRef[K], V]] = {}

    def get(self, owner: K) -> V | None:
        """Return what is remembered about an object, or None."""
        entry = self._entries.get(id(owner))
        # The callback of a dead object may be on its way while its number is used again.
        return entry[1] if entry is not None and entry[0]() is owner else None

    def keep(self, owner: K, value: V) -> V:
        """Remember a value unless another thread was quicker; return what is remembered."""
        reference = _KeyedRef(owner, self._forget)
        key = reference.key = id(owner)
        entry = self._entries.setdefault(key, (reference, value))
        if entry[0]() is not owner:
            entry = self._entries[key] = (reference, value)
        return entry[1]

    def __len__(self) -> int:
        return len(self._entries)

    def _forget(self, reference: ref[K]) -> None:
        # At the end of the process the names of this module are gone, but not yet the objects.
        key: int = getattr(reference, "key", -1)
        entry = self._entries.get(key)
        if entry is not None and entry[0] is reference:
            self._entries.pop(key, None)
