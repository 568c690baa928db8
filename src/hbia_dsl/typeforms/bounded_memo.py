"""A memo that cannot grow without end.

Types made in functions and tests would otherwise be kept for ever. Starting over when
full is simple and rarely happens, and each operation on it is atomic, so threads may
share a memo without a lock.
"""

from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

LIMIT: Final = 65_536
"""Entries a memo holds at most."""


class BoundedMemo(dict[K, V]):
    """A dict that is emptied when it is full; read it with `get`, write it with `keep`."""

    __slots__ = ()

    def keep(self, key: K, value: V) -> V:
        """Remember a value, which is returned for convenience."""
        if len(self) >= LIMIT:
            self.clear()
        self[key] = value
        return value
