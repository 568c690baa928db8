"""Put types in the place of type variables.

A generic class says once what its bases and members are, in terms of its variables; a
use such as `Box[User]` fills them in.
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

import attrs

from hbia_dsl.typeforms.shapes import (
    AliasShape,
    CallableShape,
    InstanceShape,
    NewTypeShape,
    Shape,
    TupleShape,
    TypedDictShape,
    TypeShape,
    TypeVarShape,
    UnionShape,
    union_of,
)

Filling = Mapping[object, Shape]
"""A type for each variable, `Self` included."""


def substitute(shape: Shape, filling: Filling) -> Shape:
    """Replace type variables in a shape; variables without a type stay."""
    if not filling:
        return shape
    replace = _REPLACING.get(type(shape))
    return shape if replace is None else replace(shape, filling)


def substitute_all(shapes: tuple[Shape, ...], filling: Filling) -> tuple[Shape, ...]:
    """Replace type variables in each of several shapes."""
    return tuple(substitute(shape, filling) for shape in shapes)


def _variable(shape: TypeVarShape, filling: Filling) -> Shape:
    return filling.get(shape.variable, shape)


def _instance(shape: InstanceShape, filling: Filling) -> Shape:
    return InstanceShape(shape.cls, substitute_all(shape.args, filling)) if shape.args else shape


def _typed_dict(shape: TypedDictShape, filling: Filling) -> Shape:
    return TypedDictShape(shape.cls, substitute_all(shape.args, filling)) if shape.args else shape


def _alias(shape: AliasShape, filling: Filling) -> Shape:
    return AliasShape(shape.alias, substitute_all(shape.args, filling)) if shape.args else shape


def _union(shape: UnionShape, filling: Filling) -> Shape:
    return union_of(substitute_all(shape.items, filling))


def _tuple(shape: TupleShape, filling: Filling) -> Shape:
    return TupleShape(substitute_all(shape.items, filling))


def _class_object(shape: TypeShape, filling: Filling) -> Shape:
    return TypeShape(substitute(shape.item, filling))


def _newtype(shape: NewTypeShape, filling: Filling) -> Shape:
    return NewTypeShape(shape.newtype, substitute(shape.supertype, filling))


def _callable(shape: CallableShape, filling: Filling) -> Shape:
    parameters = shape.parameters
    if parameters is not None:
        parameters = tuple(attrs.evolve(p, shape=substitute(p.shape, filling)) for p in parameters)
    returns = substitute(shape.returns, filling)
    return CallableShape(parameters, returns, shape.readable, shape.typed)


_REPLACING: Final = cast(
    Mapping[type, Callable[[Shape, Filling], Shape]],
    {
        TypeVarShape: _variable,
        InstanceShape: _instance,
        TypedDictShape: _typed_dict,
        AliasShape: _alias,
        UnionShape: _union,
        TupleShape: _tuple,
        TypeShape: _class_object,
        NewTypeShape: _newtype,
        CallableShape: _callable,
    },
)
"""What replaces, by the kind of the shape; the other kinds hold no variables."""
