"""One of several forms out of data, without guessing.

The rules, first to last:

1. Data of exactly the class of a scalar member are that member: with `int | str` text
   stays text; with `datetime | str` too, so text is never turned into something else
   while the union takes text.
2. Of members with fields, a field that is a `Literal` in each of them tells which; else
   the one whose fields fit.
3. Else every member tries. One success is the answer, and so are several that agree. Several
   that differ are refused, unless one is a container of the class that was given.
"""

import enum
import typing
from collections.abc import Iterable, Mapping, Sequence

import attrs

from hbia_dsl.structuring.choice_reading import is_same, no_choice
from hbia_dsl.structuring.data_field import DataField, FindRead, Read, data_fields, has_fields
from hbia_dsl.structuring.data_problem import (
    DataProblem,
    RefusedDataError,
    field_step,
    kind_text,
    refusal,
    refused,
)
from hbia_dsl.structuring.declared_text import choices_text, declared_text
from hbia_dsl.structuring.opened_form import opened
from hbia_dsl.structuring.scalar_reading import SCALARS
from hbia_dsl.structuring.union_members import members_of_union


@attrs.frozen(eq=False)
class _Member:
    """One member of a union."""

    form: object
    read: Read

    def fields(self) -> Mapping[str, DataField]:
        """Return its fields by key."""
        return {field.key: field for field in data_fields(self.form)}


def union_reader(form: object, text: str, find: FindRead) -> Read:
    """Return the reader of a union.

    Args:
        form: The union.
        text: How it was declared, for messages; an alias keeps its name.
        find: Finds the readers of the members.
    """
    members = tuple(_Member(opened(member), find(member)) for member in members_of_union(form))
    return _Union(text, members).read


@attrs.define(eq=False)
class _Union:
    text: str
    members: tuple[_Member, ...]

    def read(self, value: object) -> object:
        """Read data as the member that they are."""
        scalar = self._scalar(value)
        if scalar is not None:
            return scalar.read(value)
        members = self.members
        if isinstance(value, Mapping):
            with_fields = [member for member in members if has_fields(member.form)]
            if len(with_fields) > 1:
                others = tuple(m for m in members if m not in with_fields)
                members = (*self._by_fields(value, with_fields), *others)
        return self._by_trial(value, members)

    def _scalar(self, value: object) -> _Member | None:
        wanted = [type(value), float] if type(value) is int else [type(value)]
        for cls in wanted:
            for member in self.members:
                if member.form is cls and cls in SCALARS:
                    return member
        return None

    def _by_fields(
        self, data: Mapping[object, object], members: Sequence[_Member]
    ) -> Sequence[_Member]:
        """Return the members that a mapping may be, judged by tag and names of fields."""
        fields = {member: member.fields() for member in members}
        tag = _tag(list(fields.values()))
        if tag is not None and tag in data:
            return [self._by_tag(data[tag], tag, fields)]
        distance = {m: _distance(data, known) for m, known in fields.items()}
        least = min(distance.values())
        near = [member for member in members if distance[member] == least]
        if least == 0 or len(near) == 1:
            return near
        if tag is not None:
            expected = choices_text(_choices(tag, fields.values()))
            message = f"missing, expected {expected}"
            raise RefusedDataError([DataProblem(field_step(tag), message, expected)])
        return []

    def _by_tag(
        self, value: object, tag: str, fields: Mapping[_Member, Mapping[str, DataField]]
    ) -> _Member:
        for member, known in fields.items():
            if any(is_same(value, choice) for choice in _choices(tag, [known])):
                return member
        choices = _choices(tag, fields.values())
        error = no_choice(value, choices, choices_text(choices))
        raise RefusedDataError(error.under(field_step(tag)))

    def _by_trial(self, value: object, members: Sequence[_Member]) -> object:
        results: list[tuple[_Member, object]] = []
        near: list[RefusedDataError] = []
        for member in members:
            try:
                results.append((member, member.read(value)))
            except RefusedDataError as error:
                near += [error] if error.is_near else []
        if not results:
            if len(near) == 1:  # only one member was meant, so its reasons are the reasons
                raise near[0]
            raise refusal(self.text, value)
        return self._agreed(value, results)

    def _agreed(self, value: object, results: Sequence[tuple[_Member, object]]) -> object:
        _, first = results[0]
        if all(type(other) is type(first) and other == first for _, other in results[1:]):
            return first
        if isinstance(value, list | tuple | set | frozenset):
            of_class = [
                result
                for member, result in results
                if (typing.get_origin(member.form) or member.form) is type(value)
            ]
            if len(of_class) == 1:
                return of_class[0]
        names = " and ".join(declared_text(member.form) for member, _ in results)
        raise refused(f"fits {names}, so it is not clear which", self.text, kind_text(value))


def _tag(fields: Sequence[Mapping[str, DataField]]) -> str | None:
    """Return the field that is a `Literal` in each class and tells them apart, if there is one."""
    for key in fields[0]:
        seen: list[object] = []
        for known in fields:
            form = opened(known[key].form) if key in known else None
            choices = typing.get_args(form) if typing.get_origin(form) is typing.Literal else ()
            if not choices or any(is_same(c, s) for c in map(_target, choices) for s in seen):
                break
            seen += map(_target, choices)
        else:
            return key
    return None


def _choices(tag: str, fields: Iterable[Mapping[str, DataField]]) -> tuple[object, ...]:
    """Return the choices of a tag in several classes."""
    return tuple(c for known in fields for c in typing.get_args(opened(known[tag].form)))


def _target(choice: object) -> object:
    return choice.value if isinstance(choice, enum.Enum) else choice


def _distance(data: Mapping[object, object], known: Mapping[str, DataField]) -> int:
    """Count the fields that are missing or unknown."""
    missing = sum(field.required and key not in data for key, field in known.items())
    return missing + sum(key not in known for key in data)
