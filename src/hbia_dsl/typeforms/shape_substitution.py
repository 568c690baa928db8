"""Put types in the place of type variables.

A generic class says once what its bases and members are, in terms of its variables; a
use such as `Box[User]` fills them in.
"""

from collections.abc import Mapping

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
    match shape:
        case TypeVarShape(variable=variable):
            return filling.get(variable, shape)
        case InstanceShape(args=()) | TypedDictShape(args=()) | AliasShape(args=()):
            return shape
        case InstanceShape(cls=cls, args=args):
            return InstanceShape(cls, substitute_all(args, filling))
        case TypedDictShape(cls=cls, args=args):
            return TypedDictShape(cls, substitute_all(args, filling))
        case AliasShape(alias=alias, args=args):
            return AliasShape(alias, substitute_all(args, filling))
        case UnionShape(items=items):
            return union_of(substitute_all(items, filling))
        case TupleShape(items=items):
            return TupleShape(substitute_all(items, filling))
        case TypeShape(item=item):
            return TypeShape(substitute(item, filling))
        case CallableShape():
            return _in_callable(shape, filling)
        case NewTypeShape(newtype=newtype, supertype=supertype):
            return NewTypeShape(newtype, substitute(supertype, filling))
        case _:
            return shape


def substitute_all(shapes: tuple[Shape, ...], filling: Filling) -> tuple[Shape, ...]:
    """Replace type variables in each of several shapes."""
    return tuple(substitute(shape, filling) for shape in shapes)


def _in_callable(shape: CallableShape, filling: Filling) -> CallableShape:
    parameters = shape.parameters
    if parameters is not None:
        parameters = tuple(attrs.evolve(p, shape=substitute(p.shape, filling)) for p in parameters)
    returns = substitute(shape.returns, filling)
    return attrs.evolve(shape, parameters=parameters, returns=returns)
