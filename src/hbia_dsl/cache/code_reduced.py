"""What an object of a package or of Python says it consists of.

Nobody but its author knows which of its data matter, and pickling is how Python asks him. Only the
question is put here (`__reduce_ex__`), and the answer is looked at: nothing is pickled, and
nothing that the answer names is called.
"""

import copyreg
import functools
import sys
import typing
from collections.abc import Callable, Iterable
from typing import Final

from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.code_opened import DERIVED, Field
from hbia_dsl.cache.code_origin import origin_of_name

_PROTOCOL: Final = 4
"""The last one whose answers hold everything: since 5 buffers may be left out."""
_ANSWER: Final = 6
"""At most so many parts: callable, arguments, state, items, entries, and what sets the state."""
_WITH_SLOTS: Final = 2
"""Parts of a state: attributes, and slots."""
_NOTHING: Final = (None,) * _ANSWER
_REFUSED: Final = frozenset({("os", "_Environ")})
"""Another one in each process."""
_SELF_CONSUMING: Final = "itertools"
"""What is of no use once it was walked over; that it can be asked is deprecated since 3.12."""

_ByClass = Callable[[object, int], object]

_cached: Final[IdentityMemo[type, frozenset[str]]] = IdentityMemo()


def reduced(value: object, cls: type) -> list[Field]:
    """Return what an object consists of: the callable that would make it, and what that is given.

    Args:
        value: An object. Its class may run code of its own to answer.
        cls: Its class.

    Raises:
        TypeError: It refuses, as locks, sockets and open files do.
        Exception: Whatever its class raises.
    """
    fields = _array(value, cls)
    if fields is not None:
        return fields
    if cls.__module__ == _SELF_CONSUMING or (cls.__module__, cls.__name__) in _REFUSED:
        raise TypeError(cls)
    ask: Callable[[object], object] | None = copyreg.dispatch_table.get(cls)
    if ask is None:
        answer = typing.cast("_ByClass", cls.__reduce_ex__)(value, _PROTOCOL)
    else:
        answer = ask(value)
    if isinstance(answer, str):
        return [("is", answer)]  # the name under which it lies in a module
    parts = typing.cast("tuple[object, ...]", answer)
    make, arguments, state, items, entries, put = (*parts, *_NOTHING)[:_ANSWER]
    fields = [("", make), *_state(state, cls)]
    if arguments:
        fields.append(("()", arguments))
    if items is not None:
        fields.append(("[]", list(typing.cast(Iterable[object], items))))
    if entries is not None:
        fields.append(("{}", list(typing.cast(Iterable[object], entries))))
    if put is not None:
        fields.append(("put", put))
    return fields


def answers_itself(cls: type) -> bool:
    """Return whether an object is asked without running code of the user.

    Args:
        cls: A class of the user that derives from one of a package.
    """
    return all(
        origin_of_name(owner.__module__) is not None
        for name in ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs__")
        for owner in [next((c for c in cls.__mro__ if name in vars(c)), object)]
    )


def _state(state: object, cls: type) -> list[Field]:
    """Return the attributes one by one: their order says nothing."""
    if state is None:
        return []
    if isinstance(state, tuple) and len(state) == _WITH_SLOTS and _is_named(state[1]):
        named, slots = state
        if named is None or _is_named(named):
            return _sorted({**(named or {}), **slots}, cls)
    if _is_named(state):
        return _sorted(typing.cast("dict[str, object]", state), cls)
    return [("state", state)]


def _is_named(state: object) -> bool:
    return type(state) is dict and all(type(name) is str for name in state)


def _sorted(state: dict[str, object], cls: type) -> list[Field]:
    derived = _cached.get(cls) or _cached.keep(cls, _derived(cls))
    return [(name, state[name]) for name in sorted(state) if name not in derived]


def _derived(cls: type) -> frozenset[str]:
    """Return which attributes follow from the others."""
    members = (item for owner in cls.__mro__ for item in vars(owner).items())
    return DERIVED.union(
        name for name, member in members if type(member) is functools.cached_property
    )


def _array(value: object, cls: type) -> list[Field] | None:
    """Return the parts of arrays of which a plain answer would copy, or show unused, memory."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not issubclass(cls, numpy.ndarray):
        return None
    array = typing.cast(_Array, value)
    if issubclass(cls, numpy.memmap):  # the file may be larger than the memory
        return [("mode", getattr(value, "mode", None)), ("", array.view(numpy.ndarray))]
    if cls is not numpy.ndarray or array.dtype.hasobject:
        return None
    said: list[Field] = [("dtype", str(array.dtype)), ("shape", array.shape)]
    if array.dtype.names is None:  # wide floats: some of their bytes mean nothing
        return [*said, ("", list(map(repr, array.ravel().tolist())))]
    return [*said, *((name, array[name]) for name in array.dtype.names)]


class _ElementType(typing.Protocol):
    hasobject: bool
    names: tuple[str, ...] | None


class _Array(typing.Protocol):
    dtype: _ElementType
    shape: tuple[int, ...]

    def view(self, cls: type) -> object: ...
    def ravel(self) -> "_Array": ...
    def tolist(self) -> list[object]: ...
    def __getitem__(self, key: str) -> object: ...
