"""What a vertex provides: its whole result under one name, and the parts that `outputs=` names.

A result is split only on request. How a part is taken out follows from the type of the
result, so that a run need not look at the type again.
"""

import typing
from collections.abc import Mapping

import attrs

from hbia_dsl.typeforms.hint_reading import UnresolvedHint
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.record_fields import RecordField, RecordKind, fields_of_record, record_kind
from hbia_dsl.wiring.wired_flow import OutputPart


@attrs.frozen
class UnsplittableResultError(Exception):
    """A result cannot be split as `outputs=` says."""

    reason: str
    """One sentence without the vertex's name."""
    help: str
    """One instruction."""


@attrs.frozen
class UnresolvedFieldError(Exception):
    """The type of a part is not known, because an annotation names something unknown."""

    class_name: str
    """Name of the result's class."""
    hint: UnresolvedHint
    """The field and the name."""


def parts_of_result(
    form: object, names: tuple[str, ...], local_names: LocalNames | None = None
) -> tuple[OutputPart, ...]:
    """Say how each named part is taken out of a result.

    A tuple is split by position; a NamedTuple by field if all names are fields, else by
    position; a TypedDict, attrs class or dataclass by field; a `dict[str, X]` has every name.

    Args:
        form: The type of the result, after awaiting.
        names: The names that `outputs=` gives.
        local_names: Names for annotations that are text.

    Raises:
        UnsplittableResultError: The type has no such parts.
        UnresolvedFieldError: An annotation of the result's class cannot be evaluated.
    """
    form = _unwrapped(form)
    kind = record_kind(form)
    if kind is not None:
        fields = fields_of_record(form, kind, local_names)
        for field in fields:
            if field.unresolved is not None:
                raise UnresolvedFieldError(_shown(form), field.unresolved)
        if kind is RecordKind.NAMED_TUPLE:
            return _parts_of_named_tuple(form, fields, names)
        return _parts_by_field(form, kind, fields, names)
    origin = typing.get_origin(form)
    if origin is tuple or form is tuple:
        return _parts_of_tuple(form, names)
    if isinstance(origin or form, type) and issubclass(_class_of(origin or form), Mapping):
        return _parts_of_mapping(form, names)
    raise UnsplittableResultError(
        f"`{_shown(form)}` has no parts with names or places",
        "return a tuple, NamedTuple, TypedDict, dataclass or attrs class, or leave out `outputs=`",
    )


def _parts_of_tuple(form: object, names: tuple[str, ...]) -> tuple[OutputPart, ...]:
    forms = typing.get_args(form)
    if form is tuple or (len(forms) == 2 and forms[1] is ...):
        raise UnsplittableResultError(
            f"`{_shown(form)}` does not say how many parts it has",
            f"write a type for each part: `tuple[{', '.join('...' for _ in names)}]`",
        )
    _check_count(form, len(forms), names)
    return tuple(
        OutputPart(name, part, place)
        for place, (name, part) in enumerate(zip(names, forms, strict=True))
    )


def _parts_of_named_tuple(
    form: object, fields: tuple[RecordField, ...], names: tuple[str, ...]
) -> tuple[OutputPart, ...]:
    _check_count(form, len(fields), names)
    place_of = {field.name: place for place, field in enumerate(fields)}
    if all(name in place_of for name in names):
        return tuple(OutputPart(n, fields[place_of[n]].form, place_of[n]) for n in names)
    for place, name in enumerate(names):
        # Names by position may not contradict the fields: `score` must not be the field `best`.
        if place_of.get(name, place) != place:
            raise UnsplittableResultError(
                f"`{name}` is a field of `{_shown(form)}`, but not the one at this place",
                "name all fields in any order, or give new names in the order of the fields: "
                + ", ".join(place_of),
            )
    return tuple(
        OutputPart(name, field.form, place)
        for place, (name, field) in enumerate(zip(names, fields, strict=True))
    )


def _parts_by_field(
    form: object, kind: RecordKind, fields: tuple[RecordField, ...], names: tuple[str, ...]
) -> tuple[OutputPart, ...]:
    by_name = {field.name: field for field in fields}
    for name in names:
        if name not in by_name:
            raise UnsplittableResultError(
                f"`{_shown(form)}` has no {_word_for_field(kind)} `{name}`", _has(name, by_name)
            )
        if by_name[name].may_be_missing:
            raise UnsplittableResultError(
                f"the key `{name}` of `{_shown(form)}` may be missing",
                f"make `{name}` a required key, or take the whole `{_shown(form)}`",
            )
    by_attribute = kind is not RecordKind.TYPED_DICT
    return tuple(OutputPart(name, by_name[name].form, name, by_attribute) for name in names)


def _parts_of_mapping(form: object, names: tuple[str, ...]) -> tuple[OutputPart, ...]:
    arguments = typing.get_args(form)
    key, value = arguments if len(arguments) == 2 else (str, typing.Any)
    choices = typing.get_args(key) if typing.get_origin(key) is typing.Literal else None
    if key is not str and choices is None:
        raise UnsplittableResultError(
            f"the keys of `{_shown(form)}` are not `str`",
            "return a `dict[str, ...]` or a TypedDict, or leave out `outputs=`",
        )
    for name in names:
        if choices is not None and name not in choices:
            raise UnsplittableResultError(
                f"`{_shown(form)}` has no key `{name}`", _has(name, map(str, choices))
            )
    return tuple(OutputPart(name, value, name) for name in names)


def _check_count(form: object, count: int, names: tuple[str, ...]) -> None:
    if count != len(names):
        raise UnsplittableResultError(
            f"`{_shown(form)}` has {count} part{'' if count == 1 else 's'}, "
            f"but `outputs=` names {len(names)}",
            f"give {count} name{'' if count == 1 else 's'}, or leave out `outputs=`",
        )


def _unwrapped(form: object) -> object:
    """Return the type that a value of the form has at run time."""
    for _ in range(16):  # a NewType of an alias of a NewType: but not for ever
        inner = getattr(form, "__supertype__", None) or getattr(form, "__value__", None)
        if typing.get_origin(form) is typing.Annotated:
            inner = typing.get_args(form)[0]
        if inner is None:
            return form
        form = inner
    return form


def _class_of(form: object) -> type:
    return form if isinstance(form, type) else object


def _word_for_field(kind: RecordKind) -> str:
    return "key" if kind is RecordKind.TYPED_DICT else "field"


def _has(name: str, candidates: typing.Iterable[str]) -> str:
    from hbia_dsl.diagnostics.near_miss import did_you_mean  # only when a problem is reported

    known = list(candidates)
    return did_you_mean(name, known) or f"name any of: {', '.join(known)}"


def _shown(form: object) -> str:
    from hbia_dsl.typeforms.type_display import display  # only when a problem is reported

    return display(form)
