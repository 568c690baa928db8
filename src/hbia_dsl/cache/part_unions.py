"""Parts of unions and literals.

A union needs no tag where the data tell the members apart (`int | None`, `str | list[int]`)
or where they do not differ (`int | float`); else the number of the member stands with it.
"""

import typing

import attrs

from hbia_dsl.cache.part_escapes import Escapes
from hbia_dsl.cache.value_part import Blobs, FindPart, ValuePart, as_list, escape, escaped, kinds_of
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable
from hbia_dsl.cache.value_schema import schema_of, sorted_choices
from hbia_dsl.structuring.opened_form import opened
from hbia_dsl.structuring.union_members import members_of_union
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.value_check import compile_check

_MEMBER = "|"


def union_part(form: object, find: FindPart) -> ValuePart:
    """Return the part of a union.

    Args:
        form: The union.
        find: Finds the parts of the members.
    """
    # Equal unions may be written in any order, and the numbers must be the same for all.
    union = _Union(form, tuple(sorted(map(opened, members_of_union(form)), key=schema_of)), find)
    return ValuePart(union.write, union.read, union.kinds)


def literal_part(form: object, escapes: Escapes) -> ValuePart:
    """Return the part of a `Literal`: the number of the choice.

    Args:
        form: `Literal[...]`.
        escapes: Says what is wrong with other values.
    """
    del escapes
    choices = sorted_choices(form)
    numbers = {(type(choice), choice): number for number, choice in enumerate(choices)}

    def write(value: object, blobs: Blobs) -> object:
        del blobs
        try:
            return numbers[type(value), value]
        except (KeyError, TypeError):
            raise Uncacheable(f"a value that is none of `{display(form)}`") from None

    def read(data: object, blobs: Blobs) -> object:
        del blobs
        if type(data) is not int or not 0 <= data < len(choices):
            raise CorruptValue("a choice that does not exist")
        return choices[data]

    return ValuePart(write, read, kinds_of(int))


@attrs.frozen(eq=False)
class _Ready:
    """What is known once the members are."""

    parts: tuple[ValuePart, ...]
    by_class: dict[type, int]
    """The member for values of exactly the class that it declares."""
    by_kind: dict[type, int] | None
    """The member for each class of data; None if data do not tell."""


@attrs.define(eq=False)
class _Union:
    form: object
    members: tuple[object, ...]
    find: FindPart
    known: _Ready | None = None

    def kinds(self) -> frozenset[type]:
        """Return the classes of data that values become."""
        ready = self.ready()
        return frozenset().union(*(part.kinds() for part in ready.parts))

    def ready(self) -> _Ready:
        """Return the parts of the members; looked up once."""
        if self.known is None:
            parts = tuple(self.find(member) for member in self.members)
            classes = [typing.get_origin(member) or member for member in self.members]
            by_class = {
                cls: number
                for number, cls in reversed(list(enumerate(classes)))
                if isinstance(cls, type) and classes.count(cls) == 1
            }
            self.known = _Ready(parts, by_class, _by_kind(parts))
        return self.known

    def write(self, value: object, blobs: Blobs) -> object:
        """Return the data of a value, with its member unless they tell."""
        ready = self.known or self.ready()
        number, data = self._exact(value, blobs, ready) or self._first(value, blobs, ready)
        if ready.by_kind is not None and escaped(data) is None:
            return data
        return escape(_MEMBER, number, data)

    def _exact(self, value: object, blobs: Blobs, ready: _Ready) -> tuple[int, object] | None:
        """Return the member that declares exactly the class of a value, if that takes it."""
        number = ready.by_class.get(type(value))
        if number is None:
            return None
        kept = len(blobs.held)
        try:
            return number, ready.parts[number].write(value, blobs)
        except Uncacheable:  # `list[bool] | Sequence[int]`: it is a list, but of numbers
            del blobs.held[kept:]
            return None

    def _first(self, value: object, blobs: Blobs, ready: _Ready) -> tuple[int, object]:
        """Return the first member that takes a value, and what it makes of it."""
        reason = ""
        for number, (member, part) in enumerate(zip(self.members, ready.parts, strict=True)):
            check = compile_check(member)
            if check is not None and not check.accepts(value):
                continue
            kept = len(blobs.held)
            try:
                return number, part.write(value, blobs)
            except Uncacheable as error:
                del blobs.held[kept:]
                reason = reason or error.reason
        raise Uncacheable(reason or f"a value that is none of `{display(self.form)}`")

    def read(self, data: object, blobs: Blobs) -> object:
        """Return the value of data."""
        ready = self.known or self.ready()
        content = escaped(data)
        if content is None:
            if ready.by_kind is None:
                raise CorruptValue("data of no member")
            return ready.parts[ready.by_kind[type(data)]].read(data, blobs)
        tag, number, inner = as_list(content, 3)
        if tag != _MEMBER or type(number) is not int or not 0 <= number < len(ready.parts):
            raise CorruptValue("data of no member")
        return ready.parts[number].read(inner, blobs)


def _by_kind(parts: tuple[ValuePart, ...]) -> dict[type, int] | None:
    """Return the member that each class of data belongs to, or None if that is not clear."""
    found: dict[type, int] = {}
    for number, part in enumerate(parts):
        for kind in part.kinds():
            other = parts[found.get(kind, number)]
            # Members that give data as they are give the same for the same data.
            if other is not part and not (kind in part.verbatim and kind in other.verbatim):
                return None
            found.setdefault(kind, number)
    return found
