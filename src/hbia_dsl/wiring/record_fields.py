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

from hbia_dsl.typeforms.hint_reading import UnresolvedHint, read_class_hints


class UnresolvedFieldError(Exception):
    """The annotation of a field names something that cannot be found."""

    def __init__(self, class_name: str, hint: UnresolvedHint) -> None:
        super().__init__(class_name, hint)
        self.class_name = class_name
        """Name of the record's class."""
        self.hint = hint
        """The field and the name."""


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
    form: object, kind: RecordKind, localns: Mapping[str, object] | None = None
) -> tuple[RecordField, ...]:
    """Read the fields of a record in the order of the class.

    Args:
        form: The class, or an alias with arguments for its type variables.
        kind: What `record_kind` said.
        localns: Names for annotations that are text, beyond those of the module.

    Raises:
        UnresolvedFieldError: An annotation names something that cannot be found.
    """
    cls = _class_of(form)
    read = read_class_hints(cls, localns)
    if read.unresolved:
        raise UnresolvedFieldError(cls.__name__, read.unresolved[0])
    hints = read.parameters
    arguments = _arguments_by_variable(form, cls)
    if arguments:
        hints = {name: substituted(hint, arguments) for name, hint in hints.items()}
    return _READERS[kind](cls, hints)


def substituted(form: object, arguments: Mapping[object, object]) -> object:
    """Put arguments in the place of the type variables of a form."""
    if form in arguments:
        return arguments[form]
    variables = getattr(form, "__parameters__", ())
    if not variables or isinstance(form, type):
        return form
    chosen = tuple(arguments.get(variable, variable) for variable in variables)
    return form[chosen]  # type: ignore[index]  # a form with free variables takes arguments


def _class_of(form: object) -> type:
    cls = typing.get_origin(form) or form
    if not isinstance(cls, type):
        raise TypeError(f"not a record: {form!r}")
    return cls


def _arguments_by_variable(form: object, cls: type) -> dict[object, object]:
    variables = getattr(cls, "__parameters__", ())
    return dict(zip(variables, typing.get_args(form), strict=False))


def _attrs_fields(cls: type, hints: Mapping[str, object]) -> tuple[RecordField, ...]:
    return tuple(
        RecordField(
            field.name,
            hints.get(field.name, field.type if field.type is not None else typing.Any),
            (field.alias or field.name) if field.init else None,
            field.default is not attrs.NOTHING,
        )
        for field in attrs.fields(cls)
    )


def _dataclass_fields(cls: type, hints: Mapping[str, object]) -> tuple[RecordField, ...]:
    return tuple(
        RecordField(
            field.name,
            hints.get(field.name, field.type),
            field.name if field.init else None,
            field.default is not dataclasses.MISSING
            or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    )


def _named_tuple_fields(cls: type, hints: Mapping[str, object]) -> tuple[RecordField, ...]:
    defaults: Mapping[str, object] = getattr(cls, "_field_defaults", {})
    names: tuple[str, ...] = getattr(cls, "_fields", ())
    return tuple(
        RecordField(name, hints.get(name, typing.Any), name, name in defaults) for name in names
    )


def _typed_dict_fields(cls: type, hints: Mapping[str, object]) -> tuple[RecordField, ...]:
    required_keys: frozenset[str] = getattr(cls, "__required_keys__", frozenset())
    found = []
    for name, hint in hints.items():
        # Markers decide first: `__required_keys__` overlooks them if annotations are text.
        form, required = hint, name in required_keys
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


_READERS: Final[
    Mapping[RecordKind, Callable[[type, Mapping[str, object]], tuple[RecordField, ...]]]
] = {
    RecordKind.ATTRS: _attrs_fields,
    RecordKind.DATACLASS: _dataclass_fields,
    RecordKind.NAMED_TUPLE: _named_tuple_fields,
    RecordKind.TYPED_DICT: _typed_dict_fields,
}
