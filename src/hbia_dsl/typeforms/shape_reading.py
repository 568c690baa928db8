"""Read an annotation into a shape.

This is the only place that knows how the many kinds of annotation objects look at run
time (`typing`, `typing_extensions`, `types`, PEP 604 and PEP 695), so a new Python
version or spelling is a change here and nowhere else.
"""

import types
import typing
from collections import abc
from typing import Any, Final, Literal, NewType, TypeVar, Union

from hbia_dsl.typeforms.annotation_text import resolve_in_module
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

_TRANSPARENT: Final = frozenset(("Final", "ClassVar", "Required", "NotRequired", "ReadOnly"))
"""Wrappers that say something of the variable, not of its type."""

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


def is_typed_dict(cls: type) -> bool:
    """Whether a class is a TypedDict, of `typing` or of `typing_extensions`."""
    return type(cls).__name__ == "_TypedDictMeta"


def is_type_alias(form: object) -> bool:
    """Whether a form is an alias of `type X = ...`, of `typing` or of `typing_extensions`."""
    return type(form).__name__ == "TypeAliasType"


def _read(form: object, pending: Pending) -> Shape:
    fixed = _fixed_shape(form)
    if fixed is not None:
        return fixed
    kind = type(form)
    if kind is types.UnionType:
        return union_of(read_shape(item, pending) for item in typing.get_args(form))
    if kind is not types.GenericAlias and isinstance(form, type):
        return _class_shape(form, ())
    if kind is NewType:
        return NewTypeShape(form, read_shape(getattr(form, "__supertype__", None), pending))
    if isinstance(form, TypeVar):
        return TypeVarShape(form)
    if is_type_alias(form):
        return _alias_shape(form, (), pending)
    origin = getattr(form, "__origin__", None)
    if hasattr(form, "__metadata__"):
        return read_shape(origin, pending)
    if origin is None or isinstance(form, str):
        return UnreadableShape(form)
    return _parameterised(form, origin, pending)


def _fixed_shape(form: object) -> Shape | None:
    try:
        return _FIXED.get(form)
    except TypeError:
        return None


def _class_shape(cls: type, args: tuple[Shape, ...]) -> Shape:
    if is_typed_dict(cls):
        return TypedDictShape(cls, args)
    if cls is tuple and not args:
        return InstanceShape(tuple, (ANY,))
    return InstanceShape(cls, args)


def _parameterised(form: object, origin: object, pending: Pending) -> Shape:
    arguments = getattr(form, "__args__", None)
    if origin is Union:
        return union_of(read_shape(item, pending) for item in arguments or ())
    if origin is Literal:
        return union_of(_literal_shape(value) for value in arguments or ())
    if origin is abc.Callable:
        return _callable_shape(arguments, pending)
    if origin is tuple:
        return _tuple_shape(arguments, form, pending)
    if origin is type:
        return _type_shape(read_shape(arguments[0], pending) if arguments else ANY)
    if isinstance(origin, type):
        return _class_shape(origin, tuple(read_shape(item, pending) for item in arguments or ()))
    if is_type_alias(origin):
        return _alias_shape(origin, tuple(read_shape(a, pending) for a in arguments or ()), pending)
    if getattr(origin, "_name", None) in _TRANSPARENT and arguments:
        return read_shape(arguments[0], pending)
    return UnreadableShape(form)


def _literal_shape(value: object) -> Shape:
    return NONE if value is None else LiteralShape(value, InstanceShape(type(value)))


def _tuple_shape(arguments: tuple[object, ...] | None, form: object, pending: Pending) -> Shape:
    if arguments is None:
        return InstanceShape(tuple, (ANY,))
    if len(arguments) == 2 and arguments[1] is ...:  # noqa: PLR2004 - `tuple[item, ...]`
        return InstanceShape(tuple, (read_shape(arguments[0], pending),))
    if any(_is_unpacked(argument) for argument in arguments):
        return UnreadableShape(form)
    return TupleShape(tuple(read_shape(item, pending) for item in arguments))


def _is_unpacked(argument: object) -> bool:
    if getattr(argument, "__unpacked__", False):  # `*tuple[int, ...]`
        return True
    return getattr(getattr(argument, "__origin__", None), "_name", None) == "Unpack"


def _type_shape(item: Shape) -> Shape:
    # `type[A | B]` is `type[A] | type[B]`.
    return union_of(map(TypeShape, item.items)) if isinstance(item, UnionShape) else TypeShape(item)


def _callable_shape(arguments: tuple[object, ...] | None, pending: Pending) -> Shape:
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
