"""The fields of classes that are records: attrs, dataclass, NamedTuple, TypedDict.

Two questions need them: what a flow takes (`inputs=Signup`) and what a result splits
into (`outputs=("best", "score")`). Both want names and types, nothing else of the class.
"""

import dataclasses
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

import attrs

from hbia_dsl.typeforms.hint_reading import Hints, UnresolvedHint, read_class_hints
from hbia_dsl.wiring.local_names import LocalNames


class RecordKind(Enum):
    """How a record is made, and so how its fields are taken out."""

    ATTRS = "attrs class"
    DATACLASS = "dataclass"
    NAMED_TUPLE = "NamedTuple"
    TYPED_DICT = "TypedDict"


@attrs.frozen
class RecordField:
    """One field of a record."""

    name: str
    """Name of the attribute, or the key."""
    form: object
    """Its type, as annotated."""
    keyword: str | None
    """What the constructor calls it; None if the constructor does not take it."""
    has_default: bool
    """Whether the constructor can do without it."""
    may_be_missing: bool = False
    """Whether a value of the record may lack it (a key that is not required)."""
    unresolved: UnresolvedHint | None = None
    """Why its type is not known; None if it is."""


def record_kind(form: object) -> RecordKind | None:
    """Tell which kind of record a class, or a generic alias of one, is; None if it is none."""
    cls = typing.get_origin(form) or form
    if not isinstance(cls, type):
        return None
    if issubclass(cls, tuple):
        return RecordKind.NAMED_TUPLE if hasattr(cls, "_fields") else None
    if issubclass(cls, dict) and hasattr(cls, "__total__"):
        return RecordKind.TYPED_DICT
    if attrs.has(cls):
        return RecordKind.ATTRS
    return RecordKind.DATACLASS if dataclasses.is_dataclass(cls) else None


def fields_of_record(
    form: object, kind: RecordKind, local_names: LocalNames | None = None
) -> tuple[RecordField, ...]:
    """Read the fields of a record in the order of the class.

    Args:
        form: The class, or an alias with arguments for its type variables.
        kind: What `record_kind` said.
        local_names: Names for annotations that are text, beyond those of the module.
    """
    cls = class_of_record(form)
    hints = read_class_hints(cls)
    if hints.unresolved and local_names is not None:
        hints = read_class_hints(cls, local_names())
    variables = getattr(cls, "__parameters__", ())
    arguments = dict(zip(variables, typing.get_args(form), strict=False))
    if arguments:
        filled = {name: _filled(hint, arguments) for name, hint in hints.parameters.items()}
        hints = attrs.evolve(hints, parameters=filled)
    fields = _READERS[kind](cls, hints)
    if not hints.unresolved:
        return fields
    unresolved = {hint.name: hint for hint in hints.unresolved}
    return tuple(attrs.evolve(f, unresolved=unresolved.get(f.name)) for f in fields)


def class_of_record(form: object) -> type:
    """Return the class of a record, also of an alias with arguments."""
    cls = typing.get_origin(form) or form
    if not isinstance(cls, type):
        raise TypeError(f"not a record: {form!r}")
    return cls


def _filled(form: object, arguments: Mapping[object, object]) -> object:
    """Put arguments in the place of the type variables of a form."""
    if isinstance(form, typing.TypeVar):
        return arguments.get(form, form)
    variables = getattr(form, "__parameters__", ())
    if not variables or isinstance(form, type):
        return form
    chosen = tuple(arguments.get(variable, variable) for variable in variables)
    return form[chosen]  # type: ignore[index]  # a form with free variables takes arguments


def _attrs_fields(cls: type, hints: Hints) -> tuple[RecordField, ...]:
    return tuple(
        RecordField(
            field.name,
            hints.parameters.get(field.name, typing.Any if field.type is None else field.type),
            (field.alias or field.name) if field.init else None,
            field.default is not attrs.NOTHING,
        )
        for field in attrs.fields(cls)
    )


def _dataclass_fields(cls: type, hints: Hints) -> tuple[RecordField, ...]:
    return tuple(
        RecordField(
            field.name,
            hints.parameters.get(field.name, field.type),
            field.name if field.init else None,
            field.default is not dataclasses.MISSING
            or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    )


def _named_tuple_fields(cls: type, hints: Hints) -> tuple[RecordField, ...]:
    defaults: Mapping[str, object] = getattr(cls, "_field_defaults", {})
    names: tuple[str, ...] = getattr(cls, "_fields", ())
    return tuple(
        RecordField(name, hints.parameters.get(name, typing.Any), name, name in defaults)
        for name in names
    )


def _typed_dict_fields(cls: type, hints: Hints) -> tuple[RecordField, ...]:
    required_keys: frozenset[str] = getattr(cls, "__required_keys__", frozenset())
    found = []
    for name in getattr(cls, "__annotations__", {}):
        # Markers decide first: `__required_keys__` overlooks them if annotations are text.
        form, required = hints.parameters.get(name, typing.Any), name in required_keys
        while (qualifier := typing.get_origin(form)) is not None and _is_qualifier(qualifier):
            if qualifier is typing.Required or qualifier is typing.NotRequired:
                required = qualifier is typing.Required
            form = typing.get_args(form)[0]
        found.append(RecordField(name, form, name, not required, may_be_missing=not required))
    return tuple(found)


def _is_qualifier(origin: object) -> bool:
    # `ReadOnly` has two homes, and on Python 3.11 neither of them is `typing`.
    return origin in (typing.Required, typing.NotRequired) or (
        getattr(origin, "_name", None) == "ReadOnly"
    )


_READERS: Final[Mapping[RecordKind, Callable[[type, Hints], tuple[RecordField, ...]]]] = {
    RecordKind.ATTRS: _attrs_fields,
    RecordKind.DATACLASS: _dataclass_fields,
    RecordKind.NAMED_TUPLE: _named_tuple_fields,
    RecordKind.TYPED_DICT: _typed_dict_fields,
}
