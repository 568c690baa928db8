"""Which classes a class derives from, and with which arguments.

`class Users(Sequence[User])` is a `Sequence[User]`, an `Iterable[User]` and so on. Each
class is read once, in terms of its own type variables; a use fills in its arguments.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar, get_args, get_origin

import attrs

from hbia_dsl.typeforms.annotation_text import own_annotations, resolve_in_module
from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.shape_reading import read_shape
from hbia_dsl.typeforms.shape_substitution import substitute_all
from hbia_dsl.typeforms.shapes import (
    ANY,
    InstanceShape,
    Shape,
    TupleShape,
    TypeVarShape,
    is_readable,
    union_of,
)
from hbia_dsl.typeforms.standard_generics import standard_class
from hbia_dsl.typeforms.type_parameters import TypeParameter, Variance


@attrs.frozen
class ClassBases:
    """A class seen as each of its bases."""

    parameters: tuple[TypeParameter, ...] | None
    """None if the class takes arguments of which nothing is known."""
    arguments: dict[type, tuple[Shape, ...]]
    """For the class itself and every base: the arguments, in terms of the parameters."""
    tuple_items: tuple[Shape, ...] | None = None
    """The items, if the class is a tuple of known length (a NamedTuple)."""
    derives_from_any: bool = False


_DECLARING: Final = ("Generic", "Protocol")
_TYPING: Final = ("typing", "typing_extensions")

_memo: Final[BoundedMemo[type, ClassBases]] = BoundedMemo()


def bases_of(cls: type) -> ClassBases:
    """Return a class as each of its bases, in terms of its own parameters."""
    known = _memo.get(cls)
    if known is not None:
        return known
    bases = _read_bases(cls)
    shapes = [s for arguments in bases.arguments.values() for s in arguments]
    complete = all(map(is_readable, (*shapes, *(bases.tuple_items or ()))))
    return _memo.keep(cls, bases) if complete else bases


def arguments_of(shape: InstanceShape) -> tuple[Shape, ...]:
    """Return the arguments of a class, with those that are left out filled in."""
    parameters = bases_of(shape.cls).parameters
    given = shape.args
    if parameters is None or len(given) >= len(parameters):
        return given
    return given + tuple(parameter.default for parameter in parameters[len(given) :])


def supertype_arguments(shape: InstanceShape, base: type) -> tuple[Shape, ...] | None:
    """Return the arguments of an instance seen as one of its bases.

    Returns:
        For `Users` above and `Iterable`: `(User,)`; None if it is no base.
    """
    if shape.cls is base:
        return arguments_of(shape)
    bases = bases_of(shape.cls)
    found = bases.arguments.get(base)
    return substitute_all(found, _filling(shape, bases)) if found else found


def tuple_items_of(shape: InstanceShape) -> tuple[Shape, ...] | None:
    """Return the items of a NamedTuple or other tuple of known length, else None."""
    bases = bases_of(shape.cls)
    items = bases.tuple_items
    return substitute_all(items, _filling(shape, bases)) if items else items


def filling_of(shape: InstanceShape, owner: type) -> dict[object, Shape]:
    """Return what the variables of a base stand for in an instance."""
    parameters = bases_of(owner).parameters or ()
    arguments = supertype_arguments(shape, owner) or ()
    return {p.variable: a for p, a in zip(parameters, arguments, strict=False)}


def _filling(shape: InstanceShape, bases: ClassBases) -> dict[object, Shape]:
    if not bases.parameters:
        return {}
    given = arguments_of(shape)
    return {p.variable: a for p, a in zip(bases.parameters, given, strict=False)}


def _read_bases(cls: type) -> ClassBases:
    standard = standard_class(cls)
    if standard is not None:
        shapes: Sequence[Shape] = standard.bases
        parameters: tuple[TypeParameter, ...] | None = standard.parameters
    else:
        forms = _base_forms(cls)
        shapes = [read_shape(form) for form in forms if not _declares_parameters(form)]
        parameters = _parameters(cls, forms, shapes)
    own = tuple(TypeVarShape(parameter.variable) for parameter in parameters or ())
    arguments: dict[type, tuple[Shape, ...]] = {cls: own}
    items = _named_tuple_items(cls)
    for shape in shapes:
        if isinstance(shape, TupleShape) and items is None:
            items = shape.items
        if isinstance(shape, InstanceShape):
            _add_base(arguments, shape)
            items = items or tuple_items_of(shape)
    if items is not None:
        seen_as_tuple: dict[type, tuple[Shape, ...]] = {}
        _add_base(seen_as_tuple, InstanceShape(tuple, (tuple_join(items),)))
        arguments |= seen_as_tuple
    for base in cls.__mro__[1:]:  # bases that came without arguments, or were not readable
        _add_base(arguments, InstanceShape(base))
    arguments.setdefault(object, ())
    return ClassBases(parameters, arguments, items, Any in cls.__mro__)


def _add_base(arguments: dict[type, tuple[Shape, ...]], shape: InstanceShape) -> None:
    if shape.cls is object or shape.cls in arguments:
        return
    bases = bases_of(shape.cls)
    filling = _filling(shape, bases)
    arguments[shape.cls] = arguments_of(shape)
    for base, found in bases.arguments.items():
        arguments.setdefault(base, substitute_all(found, filling))


def tuple_join(items: tuple[Shape, ...]) -> Shape:
    """Return the type of any item of a tuple; `Any` if one of them is."""
    return ANY if ANY in items else union_of(items)


def _base_forms(cls: type) -> list[object]:
    """Return the bases as written; text in their arguments is looked up in the module."""
    forms = cls.__dict__.get("__orig_bases__", cls.__bases__)
    return [resolve_in_module(form, cls) for form in forms]


def _declares_parameters(form: object) -> bool:
    """Whether a base is `Generic` or `Protocol`, with or without variables."""
    origin = get_origin(form) or form
    return getattr(origin, "__name__", None) in _DECLARING and (
        getattr(origin, "__module__", None) in _TYPING
    )


def _parameters(
    cls: type, forms: Sequence[object], shapes: Sequence[Shape]
) -> tuple[TypeParameter, ...] | None:
    declared = [form for form in forms if _declares_parameters(form) and get_args(form)]
    if declared:
        variables: list[object] = [variable for form in declared for variable in get_args(form)]
    elif "__class_getitem__" in cls.__dict__:
        return None
    else:
        variables = list(dict.fromkeys(v for shape in shapes for v in _variables_in(shape)))
    if not all(isinstance(variable, TypeVar) for variable in variables):
        return None
    return tuple(_type_parameter(v, _default_of(v)) for v in dict.fromkeys(variables))


def _type_parameter(variable: object, default: Shape) -> TypeParameter:
    if getattr(variable, "__infer_variance__", False):
        variance = Variance.INFERRED
    elif getattr(variable, "__covariant__", False):
        variance = Variance.COVARIANT
    elif getattr(variable, "__contravariant__", False):
        variance = Variance.CONTRAVARIANT
    else:
        variance = Variance.INVARIANT
    return TypeParameter(variable, variance, default)


def _default_of(variable: object) -> Shape:
    has_default = getattr(variable, "has_default", None)
    if has_default is None or not has_default():
        return ANY
    return read_shape(getattr(variable, "__default__", Any))


def _variables_in(shape: Shape) -> Iterator[object]:
    if isinstance(shape, TypeVarShape):
        yield shape.variable
    for inner in shape.inner():
        yield from _variables_in(inner)


def _named_tuple_items(cls: type) -> tuple[Shape, ...] | None:
    fields = cls.__dict__.get("_fields")
    if not issubclass(cls, tuple) or not isinstance(fields, tuple):
        return None
    annotations = own_annotations(cls)
    return tuple(
        read_shape(resolve_in_module(annotations.get(field, Any), cls)) for field in fields
    )
