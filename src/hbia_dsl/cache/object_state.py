"""What an instance of a class written in Python holds besides what is declared.

A digest and a stored value speak of declared fields only. An instance that holds more
must be found out, or two different values would pass for one.
"""

import functools
import inspect
import types
from collections.abc import Iterable

from hbia_dsl.cache.value_refusal import Undigestable

_MADE_BY_PYTHON = 1 << 9
"""The flag of classes that a `class` statement made."""
_DICT_BEFORE = 1 << 4
"""The flag of classes whose instances have their `__dict__` before the object, not in it."""
_POINTER_BYTES = tuple.__itemsize__
_NO_STATE = frozenset(("__orig_class__", "_attrs_cached_hash", "__weakref__", "__dict__"))
"""Set by Python and attrs; they follow from the class and the fields."""


def builtin_base(cls: type) -> type:
    """Return the nearest base that was not made by a `class` statement: `str`, `object`."""
    return next(base for base in cls.__mro__ if not base.__flags__ & _MADE_BY_PYTHON)


def has_hidden_room(cls: type) -> bool:
    """Whether instances have room for data that no attribute declares: classes written in C.

    Args:
        cls: A class that a `class` statement made.
    """
    base = builtin_base(cls)
    room = cls.__basicsize__ - base.__basicsize__
    room -= _POINTER_BYTES * len(_slots_of(cls))
    if cls.__dictoffset__ and not base.__dictoffset__ and not cls.__flags__ & _DICT_BEFORE:
        room -= _POINTER_BYTES
    if cls.__weakrefoffset__ > 0 and not base.__weakrefoffset__:
        room -= _POINTER_BYTES
    return room > 0


def undeclared_names(cls: type, declared: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return which attributes an instance may have, and which slots must be empty.

    Args:
        cls: A class that a `class` statement made.
        declared: Names of the fields.

    Returns:
        Names that may stand in the `__dict__` of an instance; names of slots that are
        not fields.
    """
    cached = {
        name
        for owner in cls.__mro__
        for name, member in vars(owner).items()
        if isinstance(member, functools.cached_property)
    }
    for owner in cls.__mro__:
        cached |= _cached_in_slots(owner)
    allowed = frozenset(declared) | cached | _NO_STATE
    return allowed, tuple(name for name in _slots_of(cls) if name not in allowed)


def refuse_undeclared(value: object, allowed: frozenset[str], slots: tuple[str, ...]) -> None:
    """Refuse an instance that holds more than what is declared.

    Args:
        value: The instance.
        allowed: Names that may stand in its `__dict__`.
        slots: Names of slots that must be empty.

    Raises:
        Undigestable: It holds more.
    """
    held = getattr(value, "__dict__", None)
    if held and not allowed.issuperset(held):
        name = next(str(name) for name in held if name not in allowed)
        raise Undigestable("an attribute that is no field", f".{name}")
    for name in slots:
        if hasattr(value, name):
            raise Undigestable("an attribute that is no field", f".{name}")


def _cached_in_slots(cls: type) -> set[str]:
    """Return the cached properties that attrs turned into slots; its `__getattr__` has them."""
    look_up = vars(cls).get("__getattr__")
    if "__attrs_attrs__" not in vars(cls) or not isinstance(look_up, types.FunctionType):
        return set()
    found = inspect.signature(look_up).parameters.get("cached_properties")
    return set(found.default) if found is not None and isinstance(found.default, dict) else set()


def _slots_of(cls: type) -> tuple[str, ...]:
    return tuple(
        name
        for owner in cls.__mro__
        if owner.__flags__ & _MADE_BY_PYTHON
        for name, member in vars(owner).items()
        if isinstance(member, types.MemberDescriptorType)
    )
