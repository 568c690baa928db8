"""Read an annotation into a shape.

This is the only place that knows how the many kinds of annotation objects look at run
time (`typing`, `typing_extensions`, `types`, PEP 604 and PEP 695), so a new Python
version or spelling is a change here and nowhere else.
"""

import types
import typing
from collections import abc
from collections.abc import Callable
from typing import Any, Final, Literal, NewType, TypeVar, Union

from hbia_dsl.typeforms.annotation_text import holds_text, resolve_in_module
from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.shape_substitution import substitute
from hbia_dsl.typeforms.shapes import (
    ANY,
    NEVER,
    NONE,
    AliasShape,
    CallableShape,
    InstanceShape,
    LiteralShape,
    NewTypeShape,
    ParameterKind,
    ParameterShape,
    Shape,
    TupleShape,
    TypedDictShape,
    TypeShape,
    TypeVarShape,
    UnionShape,
    UnreadableShape,
    is_readable,
    union_of,
)

Pending = tuple[object, ...]
"""Aliases being read: one that turns up inside itself is left as an `AliasShape`."""

_ANY_CALLABLE: Final = CallableShape(None, ANY)

_FIXED: Final[dict[object, Shape]] = {
    None: NONE,
    types.NoneType: NONE,
    Any: ANY,
    typing.Never: NEVER,
    typing.NoReturn: NEVER,
    typing.LiteralString: InstanceShape(str),  # as mypy reads it
    typing.Callable: _ANY_CALLABLE,
    abc.Callable: _ANY_CALLABLE,
    typing.Self: TypeVarShape(typing.Self),
}
"""Annotations with one meaning each, before anything else is asked of them."""

_VARIABLES: Final = frozenset(("TypeVar", "ParamSpec", "TypeVarTuple"))
_TRANSPARENT: Final = frozenset(("Final", "ClassVar", "Required", "NotRequired", "ReadOnly"))
"""Wrappers that say something of the variable, not of its type."""

Arguments = tuple[object, ...] | None
"""What stands in the brackets of an annotation; None if it has none."""

_memo: Final[BoundedMemo[object, Shape]] = BoundedMemo()


def read_shape(form: object, pending: Pending = ()) -> Shape:
    """Read an annotation into its shape; what is not understood is an `UnreadableShape`.

    Args:
        form: Anything that can stand in an annotation; text is not looked up.
        pending: Aliases being read.
    """
    try:
        known = _memo.get(form)
    except TypeError:  # unhashable: metadata of `Annotated`, a list
        return _read(form, pending)
    if known is not None:
        return known
    shape = _read(form, pending)
    # What cannot be read today may be readable once its names exist; and inside its own
    # definition an alias has not been read yet.
    if isinstance(shape, AliasShape) or not is_readable(shape):
        return shape
    return _memo.keep(form, shape)


def alias_definition(shape: AliasShape) -> Shape:
    """Read what an alias stands for, one level deep."""
    value = read_shape(_alias_value(shape.alias), (shape.alias,))
    parameters = getattr(shape.alias, "__type_params__", ())
    return substitute(value, dict(zip(parameters, shape.args, strict=False)))


def variable_limits(shape: TypeVarShape) -> tuple[Shape, ...]:
    """Return the constraints of a type variable, or its bound; nothing if there is neither."""
    variable = shape.variable
    constraints: tuple[object, ...] = getattr(variable, "__constraints__", ())
    bound = getattr(variable, "__bound__", None)
    forms = constraints or (() if bound is None else (bound,))
    return tuple(read_shape(resolve_in_module(form, variable)) for form in forms)


def is_closed(form: object) -> bool:
    """Whether an annotation means the same wherever it stands: no text, no variables in it."""
    if isinstance(form, list | tuple):
        return all(map(is_closed, form))
    if type(form).__name__ in _VARIABLES or holds_text(form):
        return False
    return all(map(is_closed, getattr(form, "__args__", None) or ()))


def is_typed_dict(cls: type) -> bool:
    """Whether a class is a TypedDict, of `typing` or of `typing_extensions`."""
    return type(cls).__name__ == "_TypedDictMeta"


def is_type_alias(form: object) -> bool:
    """Whether a form is an alias of `type X = ...`, of `typing` or of `typing_extensions`."""
    return type(form).__name__ == "TypeAliasType"


def _read(form: object, pending: Pending) -> Shape:
    reader = _READERS.get(type(form))
    if reader is not None:
        return reader(form, pending)
    fixed = _fixed_shape(form)
    if fixed is not None:
        return fixed
    if isinstance(form, type):
        return _class_shape(form, ())
    if is_type_alias(form):
        return _alias_shape(form, (), pending)
    if isinstance(form, str):
        return UnreadableShape(form)
    if hasattr(form, "__metadata__"):
        return read_shape(getattr(form, "__origin__", None), pending)
    return _parameterised(form, pending)


def _fixed_shape(form: object) -> Shape | None:
    try:
        return _FIXED.get(form)
    except TypeError:
        return None


def _read_union(form: object, pending: Pending) -> Shape:
    return union_of([read_shape(item, pending) for item in typing.get_args(form)])


def _read_newtype(form: object, pending: Pending) -> Shape:
    return NewTypeShape(form, read_shape(getattr(form, "__supertype__", None), pending))


def _read_variable(form: object, _pending: Pending) -> Shape:
    return TypeVarShape(form)


def _parameterised(form: object, pending: Pending) -> Shape:
    origin = getattr(form, "__origin__", None)
    arguments: tuple[object, ...] | None = getattr(form, "__args__", None)
    special = _SPECIAL_ORIGINS.get(origin) if origin is not None else None
    if special is not None:
        return special(form, arguments, pending)
    if isinstance(origin, type):
        return _class_shape(origin, tuple([read_shape(item, pending) for item in arguments or ()]))
    if is_type_alias(origin):
        return _alias_shape(origin, tuple(read_shape(a, pending) for a in arguments or ()), pending)
    if getattr(origin, "_name", None) in _TRANSPARENT and arguments:
        return read_shape(arguments[0], pending)
    return UnreadableShape(form)


def _class_shape(cls: type, args: tuple[Shape, ...]) -> Shape:
    if is_typed_dict(cls):
        return TypedDictShape(cls, args)
    if cls is tuple and not args:
        return InstanceShape(tuple, (ANY,))
    return InstanceShape(cls, args)


def _read_literal(_form: object, arguments: Arguments, _pending: Pending) -> Shape:
    return union_of([_literal_shape(value) for value in arguments or ()])


def _literal_shape(value: object) -> Shape:
    return NONE if value is None else LiteralShape(value, InstanceShape(type(value)))


def _read_tuple(form: object, arguments: Arguments, pending: Pending) -> Shape:
    if arguments is None:
        return InstanceShape(tuple, (ANY,))
    if len(arguments) == 2 and arguments[1] is ...:  # `tuple[item, ...]`
        return InstanceShape(tuple, (read_shape(arguments[0], pending),))
    if any(_is_unpacked(argument) for argument in arguments):
        return UnreadableShape(form)
    return TupleShape(tuple([read_shape(item, pending) for item in arguments]))


def _is_unpacked(argument: object) -> bool:
    if getattr(argument, "__unpacked__", False):  # `*tuple[int, ...]`
        return True
    return getattr(getattr(argument, "__origin__", None), "_name", None) == "Unpack"


def _read_class_object(_form: object, arguments: Arguments, pending: Pending) -> Shape:
    item = read_shape(arguments[0], pending) if arguments else ANY
    # `type[A | B]` is `type[A] | type[B]`.
    return union_of(map(TypeShape, item.items)) if isinstance(item, UnionShape) else TypeShape(item)


def _read_callable(_form: object, arguments: Arguments, pending: Pending) -> Shape:
    if not arguments:
        return _ANY_CALLABLE
    *parameters, result = arguments
    returns = read_shape(result, pending)
    if parameters == [...]:
        return CallableShape(None, returns)
    if any(not _is_one_parameter(parameter) for parameter in parameters):
        return CallableShape((), returns, readable=False)
    shapes = (read_shape(parameter, pending) for parameter in parameters)
    only = ParameterKind.POSITIONAL_ONLY
    return CallableShape(
        tuple(ParameterShape(None, only, shape, required=True) for shape in shapes), returns
    )


def _is_one_parameter(form: object) -> bool:
    if type(form).__name__ == "ParamSpec" or _is_unpacked(form):
        return False
    return getattr(getattr(form, "__origin__", None), "_name", None) != "Concatenate"


def _alias_shape(alias: object, args: tuple[Shape, ...], pending: Pending) -> Shape:
    if alias in pending:
        return AliasShape(alias, args)
    value = read_shape(_alias_value(alias), (*pending, alias))
    parameters = getattr(alias, "__type_params__", ())
    if not parameters:
        return value
    filled = args or (ANY,) * len(parameters)
    return substitute(value, dict(zip(parameters, filled, strict=False)))


def _alias_value(alias: object) -> object:
    return resolve_in_module(getattr(alias, "__value__", None), alias)


def _read_union_of(_form: object, arguments: Arguments, pending: Pending) -> Shape:
    return union_of([read_shape(item, pending) for item in arguments or ()])


_SPECIAL_ORIGINS: Final[dict[object, Callable[[object, Arguments, Pending], Shape]]] = {
    Union: _read_union_of,
    Literal: _read_literal,
    abc.Callable: _read_callable,
    tuple: _read_tuple,
    type: _read_class_object,
}
"""Forms whose brackets do not hold the arguments of a generic class."""

_READERS: Final[dict[type, Callable[[object, Pending], Shape]]] = {
    types.GenericAlias: _parameterised,
    types.UnionType: _read_union,
    NewType: _read_newtype,
    TypeVar: _read_variable,
}
"""What tells its kind by the class of the annotation object."""
