"""What a class offers under a name: its type, and whether it may be set.

Seen as a type checker sees it, as far as run-time objects allow: annotations in class
bodies, methods, properties, class attributes with a plain value. What a checker knows
from elsewhere (stubs, `self.x = ...` in a method, overloads) is `UNCLEAR`.
"""

import enum
import functools
import sys
from types import FunctionType, MethodDescriptorType, WrapperDescriptorType
from typing import Final, get_overloads

import attrs

from hbia_dsl.typeforms.annotation_text import own_annotations, resolve_in_module
from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.generic_bases import bases_of
from hbia_dsl.typeforms.shape_reading import read_shape
from hbia_dsl.typeforms.shapes import (
    NONE,
    CallableShape,
    InstanceShape,
    Shape,
    is_readable,
)
from hbia_dsl.typeforms.signature_shapes import method_shape
from hbia_dsl.typeforms.standard_generics import (
    ANY_ATTRIBUTE,
    HASHED_BY_STUBS,
    SPECIAL_METHODS,
    STANDARD_MEMBERS,
    full_name,
    standard_class,
)


class NoMember(enum.Enum):
    """Why there is no member to show."""

    ABSENT = "absent"
    """The class has nothing of that name."""
    UNCLEAR = "unclear"
    """It may have, but what it is cannot be told."""


ABSENT: Final = NoMember.ABSENT
UNCLEAR: Final = NoMember.UNCLEAR


@attrs.frozen
class Member:
    """A member of a class, in terms of the variables of the class that defines it."""

    owner: type
    shape: Shape
    """For a method: its signature without `self`."""
    is_method: bool = False
    is_unbound: bool = False
    """A static method or a class method."""
    settable: bool = False
    class_variable: bool = False


Found = Member | NoMember

_memo: Final[BoundedMemo[tuple[type, str], Found]] = BoundedMemo()


def member_of(cls: type, name: str) -> Found:
    """Return the member of a class under a name."""
    key = (cls, name)
    known = _memo.get(key)
    if known is not None:
        return known
    found = _read_member(cls, name)
    if isinstance(found, Member):
        if found.settable and _is_frozen_field(cls, name):
            found = attrs.evolve(found, settable=False)
        return _memo.keep(key, found) if is_readable(found.shape) else found
    return found if found is UNCLEAR else _memo.keep(key, found)


def is_standard(cls: type) -> bool:
    """Whether a class belongs to Python: what checkers know of it comes from stubs."""
    return cls.__module__.partition(".")[0] in _STANDARD_MODULES


_STANDARD_MODULES: Final = sys.stdlib_module_names | {"builtins", "typing_extensions"}
_ORDER: Final = ("__lt__", "__le__", "__gt__", "__ge__")
_NOT_IN_STUBS: Final[dict[str, frozenset[type]]] = {
    "__hash__": HASHED_BY_STUBS,
    **dict.fromkeys(_ORDER, frozenset((object,))),
}
"""What classes have at run time and not for a checker."""

_TYPING: Final = ("typing", "typing_extensions")
"""Their protocols are written in Python, with annotations."""


def _read_member(cls: type, name: str) -> Found:
    for owner in cls.__mro__:
        if is_standard(owner) and owner.__module__ not in _TYPING:
            continue
        found = _in_body(owner, name)
        if found is not ABSENT:
            return found
    for owner in bases_of(cls).arguments:
        members = STANDARD_MEMBERS.get(owner)
        if members is not None and name in members:
            shape = members[name]
            return UNCLEAR if shape is None else Member(owner, shape, is_method=True)
    for owner in cls.__mro__:
        if is_standard(owner) and name in vars(owner) and owner.__module__ not in _TYPING:
            if owner in _NOT_IN_STUBS.get(name, ()):
                continue
            return _of_standard(owner, name)
    return UNCLEAR if _may_have(cls, name) else ABSENT


def _of_standard(owner: type, name: str) -> Found:
    if vars(owner)[name] is None:
        # Stubs do not follow where `__hash__` is only lost by defining `__eq__`.
        return Member(owner, NONE, settable=True) if standard_class(owner) else UNCLEAR
    shape = SPECIAL_METHODS.get(name)
    return UNCLEAR if shape is None else Member(owner, shape, is_method=True)


def _in_body(owner: type, name: str) -> Found:
    annotations = own_annotations(owner)
    if name in annotations:
        return _annotated(owner, annotations[name])
    if name not in vars(owner):
        return ABSENT
    value = vars(owner)[name]
    if name in SPECIAL_METHODS and _is_of_standard(value):
        return _of_standard(owner, name)  # for example one that `enum` puts into a class
    if isinstance(value, FunctionType | staticmethod | classmethod):
        return _method_like(owner, value)
    return _value(owner, name, value)


def _method_like(owner: type, value: object) -> Found:
    match value:
        case staticmethod():
            return _method(owner, value.__func__, drop_first=False, is_unbound=True)
        case classmethod():
            return _method(owner, value.__func__, is_unbound=True)
        case _:
            return _method(owner, value)


def _value(owner: type, name: str, value: object) -> Found:
    match value:
        case property():
            return _property(owner, value)
        case functools.cached_property():
            return _result_of(_method(owner, value.func))
        case None:
            return _none(owner, name)
        case bool() | int() | float() | complex() | str() | bytes() if not _is_enum(owner):
            # Members of an enumeration are not what their values are.
            return Member(owner, InstanceShape(type(value)), settable=True)
        case _:
            return UNCLEAR


def _is_of_standard(value: object) -> bool:
    """Whether a method in a class body was written by the standard library."""
    if isinstance(value, FunctionType):
        return value.__module__ in ("enum", "_collections_abc", "collections.abc")
    return isinstance(value, WrapperDescriptorType | MethodDescriptorType)


def _annotated(owner: type, form: object) -> Found:
    class_variable, settable = False, True
    form = resolve_in_module(form, owner)
    origin = getattr(form, "__origin__", None)
    if type(form).__name__ == "InitVar":
        return UNCLEAR
    qualifier = getattr(origin, "_name", None) or getattr(form, "_name", None)
    if qualifier == "ClassVar":
        class_variable = True
    elif qualifier == "Final":
        settable = False
    if origin is None and qualifier in ("ClassVar", "Final"):
        return UNCLEAR  # the type is that of the value
    return Member(owner, read_shape(form), settable=settable, class_variable=class_variable)


def _none(owner: type, name: str) -> Found:
    # `__eq__` without `__hash__` sets it to None at run time; most checkers do not notice,
    # except in attrs classes.
    if name == "__hash__" and "__eq__" in vars(owner) and "__attrs_attrs__" not in vars(owner):
        return UNCLEAR
    return Member(owner, NONE, settable=True) if name.startswith("__") else UNCLEAR


def _property(owner: type, value: property) -> Found:
    if not isinstance(value.fget, FunctionType):
        return UNCLEAR
    found = _result_of(_method(owner, value.fget))
    if value.fset is None or found is UNCLEAR:
        return found
    setter = _method(owner, value.fset) if isinstance(value.fset, FunctionType) else UNCLEAR
    if not isinstance(setter, Member) or not isinstance(found, Member):
        return UNCLEAR
    accepted = setter.shape
    if not isinstance(accepted, CallableShape) or not accepted.parameters:
        return UNCLEAR
    same = accepted.parameters[0].shape == found.shape
    return attrs.evolve(found, settable=True) if same else UNCLEAR


def _result_of(method: Found) -> Found:
    if not isinstance(method, Member) or not isinstance(method.shape, CallableShape):
        return UNCLEAR
    return Member(method.owner, method.shape.returns)


def _method(owner: type, fn: object, *, drop_first: bool = True, is_unbound: bool = False) -> Found:
    if not isinstance(fn, FunctionType) or get_overloads(fn):
        return UNCLEAR
    shape = method_shape(fn, owner, drop_first=drop_first)
    if shape is None:
        return UNCLEAR
    return Member(owner, shape, is_method=True, is_unbound=is_unbound)


def _is_enum(cls: type) -> bool:
    return isinstance(cls, enum.EnumMeta)


def _is_frozen_field(cls: type, name: str) -> bool:
    """Whether a field may not be set because its class, or a subclass of it, is frozen."""
    if issubclass(cls, tuple):
        return name in getattr(cls, "_fields", ())
    if name in getattr(cls, "__dataclass_fields__", ()):
        return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))
    return name in _attrs_fields(cls) and cls.__setattr__.__name__ == "_frozen_setattrs"


def _attrs_fields(cls: type) -> set[str]:
    return {field.name for field in getattr(cls, "__attrs_attrs__", ())}


def _may_have(cls: type, name: str) -> bool:
    """Whether an attribute that no class body shows may exist all the same."""
    if name in _attrs_fields(cls):
        return True
    if name in _ORDER and hasattr(cls, "__attrs_attrs__"):
        return True  # mypy believes that frozen classes can be ordered
    for owner in cls.__mro__[:-1]:
        body = vars(owner)
        written_in_python = isinstance(body.get("__getattribute__"), FunctionType)
        if "__getattr__" in body or written_in_python or full_name(owner) in ANY_ATTRIBUTE:
            return True
        if any(_may_set(value, name) for value in body.values()):
            return True
    return False


def _may_set(value: object, name: str) -> bool:
    """Whether an object of a class body is a method that mentions the attribute, or may be."""
    match value:
        case staticmethod() | classmethod():
            return _may_set(value.__func__, name)
        case property():
            return any(_may_set(fn, name) for fn in (value.fget, value.fset, value.fdel))
        case FunctionType():
            inner = getattr(value, "__wrapped__", None)
            return name in value.__code__.co_names or _may_set(inner, name)
        case type() | None:
            return False
        case _:
            inner = getattr(value, "__wrapped__", None)
            return _may_set(inner, name) if inner else _is_decorated(value)


def _is_decorated(value: object) -> bool:
    """Whether an object stands where a method was: its code cannot be read."""
    return callable(value) and not is_standard(type(value))
