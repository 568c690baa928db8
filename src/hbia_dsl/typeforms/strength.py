"""Which types may be wired by type alone, and how their producers are found.

A type is strong when it says what a value means: `User`, `UserId`, `list[User]`. Any
number of unrelated values are a `str`, so weak types are wired by name only.

Comparing every strong parameter with every output would cost the product of the two.
Instead outputs are indexed by the classes that they are instances of, and a parameter
is compared only with what is found under its own.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from hbia_dsl.typeforms.class_members import is_standard
from hbia_dsl.typeforms.generic_bases import bases_of
from hbia_dsl.typeforms.protocol_assignability import is_protocol
from hbia_dsl.typeforms.shape_reading import alias_definition, read_shape, variable_limits
from hbia_dsl.typeforms.shapes import (
    AliasShape,
    AnyShape,
    CallableShape,
    InstanceShape,
    LiteralShape,
    NeverShape,
    NewTypeShape,
    NoneShape,
    Shape,
    TupleShape,
    TypedDictShape,
    TypeShape,
    TypeVarShape,
    UnionShape,
    UnreadableShape,
)

ANYTHING: Final = "anything"
"""The key of outputs that fit every type (`Any`, `Never`); every target has it among its keys."""

Unfolded = tuple[Shape, ...]
"""Aliases that are being looked into: inside themselves they add nothing."""


def is_strong(form: object) -> bool:
    """Whether a type says what a value means, so that it may be wired by type alone.

    Strong are classes that are not of the standard library (a project's, a third party's,
    protocols and enumerations too), every `NewType` and `TypedDict`, and what mentions
    one: `list[User]`, `User | None`, `type[User]`, `Callable[[User], str]`. Weak is all
    else: `Any`, `object`, type variables, literals, `Path`, `dict[str, int]`, and text
    that is not resolved.
    """
    return _mentions_strong(read_shape(form), ())


def index_keys_of_source(form: object) -> frozenset[object]:
    """Return the keys under which an output of this type is put into an index."""
    return frozenset(_source_keys(read_shape(form), ()))


def index_keys_of_target(form: object) -> frozenset[object] | None:
    """Return the keys under which everything is found that may feed a parameter of this type.

    Returns:
        If a type is assignable to this one, they share a key. None if no keys can say so,
        as for protocols, which need no inheritance: it must be compared with every output.
    """
    keys = _target_keys(read_shape(form), ())
    return None if keys is None else frozenset(keys | {ANYTHING})


def _mentions_strong(shape: Shape, unfolded: Unfolded) -> bool:
    match shape:
        case NewTypeShape():
            return True
        case InstanceShape(cls=cls) | TypedDictShape(cls=cls) if not is_standard(cls):
            return True
        case LiteralShape():
            return False
        case AliasShape():
            inner = () if shape in unfolded else (alias_definition(shape), *shape.args)
            return any(_mentions_strong(item, (*unfolded, shape)) for item in inner)
        case _:
            return any(_mentions_strong(item, unfolded) for item in shape.inner())


def _source_keys(shape: Shape, unfolded: Unfolded) -> Iterator[object]:
    match shape:
        case AnyShape() | NeverShape():
            yield ANYTHING
        case NoneShape():
            yield None
        case InstanceShape(cls=cls):
            yield from _classes(cls)
        case LiteralShape(base=base):
            yield from _classes(base.cls)
        case TupleShape():
            yield from _classes(tuple)
        case TypedDictShape():
            yield from _classes(Mapping)
        case TypeShape(item=item):
            yield from _classes(type(item.cls) if isinstance(item, InstanceShape) else type)
        case NewTypeShape(newtype=newtype):
            yield newtype
        case _:
            pass
    for inner in _stands_for(shape, unfolded):
        yield from _source_keys(inner, (*unfolded, shape))


def _stands_for(shape: Shape, unfolded: Unfolded) -> tuple[Shape, ...]:
    """Return the shapes one of which a source must fit in the place of this one."""
    match shape:
        case UnionShape(items=items):
            return items
        case NewTypeShape(supertype=supertype):
            return (supertype,)
        case TypeVarShape():
            return variable_limits(shape)
        case AliasShape() if shape not in unfolded:
            return (alias_definition(shape),)
        case _:
            return ()


def _target_keys(shape: Shape, unfolded: Unfolded) -> set[object] | None:
    match shape:
        case InstanceShape(cls=cls):
            return None if cls is object or is_protocol(cls) else {cls}
        case AnyShape() | TypedDictShape() | CallableShape() | UnreadableShape():
            return None  # what fits them shows no class or name
        case NoneShape():
            return {None}
        case LiteralShape(base=base):
            return {base.cls}
        case TupleShape():
            return {tuple}
        case TypeShape():
            return {type}
        case NewTypeShape(newtype=newtype):
            return {newtype}
        case UnionShape() | AliasShape():
            found: set[object] = set()
            for inner in _stands_for(shape, unfolded):
                keys = _target_keys(inner, (*unfolded, shape))
                if keys is None:
                    return None
                found |= keys
            return found
        case TypeVarShape() | NeverShape():
            return set()  # nothing is known to fit them


def _classes(cls: type) -> Iterator[object]:
    bases = bases_of(cls)
    yield from bases.arguments
    if bases.derives_from_any:
        yield ANYTHING
    if issubclass(cls, int | float):  # promotions of PEP 484
        yield float
        yield complex
