"""Annotations in one form: a closed set of shapes that every annotation is read into.

`Optional[User]`, `User | None` and an alias of either are three kinds of object at run
time and one shape here. What judges, indexes or weighs types works on shapes and never
asks again how an annotation was written.

Shapes are plain values. Whatever could be endless (recursive aliases, fields of a
TypedDict, bases of a class, bounds of a variable) is named by its owner and read when it
is needed.
"""

import enum
from collections.abc import Iterable
from typing import Final

import attrs


@attrs.frozen
class AnyShape:
    """`Any`: fits everywhere and takes everything."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return ()


@attrs.frozen
class NeverShape:
    """`Never`: no value has this type."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return ()


@attrs.frozen
class NoneShape:
    """`None`."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return ()


@attrs.frozen(eq=False)
class UnreadableShape:
    """What run-time objects do not show: an unresolved name, or a form not understood."""

    form: object
    """The annotation as it was found."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return ()


@attrs.frozen
class InstanceShape:
    """Instances of a class: `User`, `list[User]`, `tuple[int, ...]`, a protocol."""

    cls: type
    args: "tuple[Shape, ...]" = ()
    """Arguments as written: none where the annotation leaves them out."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return self.args


@attrs.frozen
class NewTypeShape:
    """A `NewType`: a type of its own that is also its supertype."""

    newtype: object
    supertype: "Shape"

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return (self.supertype,)


@attrs.frozen
class LiteralShape:
    """One value of a `Literal`."""

    value: object
    base: InstanceShape
    """The class of the value; keeps `Literal[1]` and `Literal[True]` apart."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return (self.base,)


@attrs.frozen
class UnionShape:
    """Two items or more, none of them a union."""

    items: "tuple[Shape, ...]"

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return self.items


@attrs.frozen
class TupleShape:
    """A tuple of known length: `tuple[int, str]`."""

    items: "tuple[Shape, ...]"

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return self.items


@attrs.frozen
class TypedDictShape:
    """A TypedDict; its fields are read by `typed_dict_fields`."""

    cls: type
    args: "tuple[Shape, ...]" = ()

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return self.args


@attrs.frozen
class TypeShape:
    """`type[item]`: the class itself or a subclass, not an instance."""

    item: "Shape"

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return (self.item,)


class ParameterKind(enum.IntEnum):
    """How an argument reaches a parameter; values and order are those of `inspect`."""

    POSITIONAL_ONLY = 0
    POSITIONAL_OR_KEYWORD = 1
    VAR_POSITIONAL = 2
    KEYWORD_ONLY = 3
    VAR_KEYWORD = 4


@attrs.frozen
class ParameterShape:
    """One parameter of a callable."""

    name: str | None
    """None if arguments cannot name it."""
    kind: ParameterKind
    shape: "Shape"
    required: bool


@attrs.frozen
class CallableShape:
    """`Callable[...]`, or the signature of a method."""

    parameters: tuple[ParameterShape, ...] | None
    """None for `...`: any arguments."""
    returns: "Shape"
    readable: bool = True
    """Whether the parameters are known (not so with `ParamSpec` and `Concatenate`)."""
    typed: bool = True
    """Whether the function has annotations; names of positional parameters count only then."""

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return (*(p.shape for p in self.parameters or ()), self.returns)


@attrs.frozen
class TypeVarShape:
    """A type variable, or `Self`."""

    variable: object

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return ()


@attrs.frozen
class AliasShape:
    """A type alias inside its own definition."""

    alias: object
    args: "tuple[Shape, ...]" = ()

    def inner(self) -> "tuple[Shape, ...]":
        """Return the shapes directly inside."""
        return self.args


Shape = (
    AnyShape
    | NeverShape
    | NoneShape
    | UnreadableShape
    | InstanceShape
    | NewTypeShape
    | LiteralShape
    | UnionShape
    | TupleShape
    | TypedDictShape
    | TypeShape
    | CallableShape
    | TypeVarShape
    | AliasShape
)

ANY: Final = AnyShape()
NEVER: Final = NeverShape()
NONE: Final = NoneShape()
OBJECT: Final = InstanceShape(object)


def union_of(items: Iterable[Shape]) -> Shape:
    """Join shapes into a union without nesting and repetition; of nothing it is `Never`."""
    found: list[Shape] = []
    for item in items:
        inner = item.items if isinstance(item, UnionShape) else (item,)
        found += [shape for shape in inner if shape not in found]
    if len(found) == 1:
        return found[0]
    return UnionShape(tuple(found)) if found else NEVER


def is_readable(shape: Shape) -> bool:
    """Whether everything in a shape was understood."""
    if isinstance(shape, UnreadableShape):
        return False
    for inner in shape.inner():  # a loop, because this runs for every annotation that is read
        if not is_readable(inner):
            return False
    return True
