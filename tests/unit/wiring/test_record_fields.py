"""Fields of attrs classes, dataclasses, NamedTuples and TypedDicts, however they are written."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypedDict, TypeVar

import attrs
import pytest
from typing_extensions import ReadOnly
from typing_extensions import TypedDict as ExtendedTypedDict

from hbia_dsl.wiring.record_fields import RecordField, RecordKind, fields_of_record, record_kind
from hbia_dsl.wiring.wire import wire
from unit.wiring import future_annotations
from wiring_views import sources_of

T = TypeVar("T")


def fields(form: object) -> tuple[RecordField, ...]:
    """Read the fields of a record of any kind."""
    kind = record_kind(form)
    assert kind is not None
    return fields_of_record(form, kind)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (future_annotations.ByAttrs, RecordKind.ATTRS),
        (future_annotations.ByDataclass, RecordKind.DATACLASS),
        (future_annotations.ByNamedTuple, RecordKind.NAMED_TUPLE),
        (future_annotations.ByTypedDict, RecordKind.TYPED_DICT),
    ],
)
def test_text_annotations_of_every_kind_are_resolved(form: type, kind: RecordKind) -> None:
    assert record_kind(form) is kind
    assert [(f.name, f.form, f.has_default) for f in fields(form)] == [
        ("user", future_annotations.User, False),
        ("size", int, True),
    ]


@pytest.mark.parametrize(
    ("form", "missable"),
    [
        (future_annotations.ByTypedDict, {"user": False, "size": True}),
        (future_annotations.Loose, {"user": False, "size": True}),
        (future_annotations.Inherited, {"user": False, "size": True, "more": False}),
    ],
)
def test_text_does_not_hide_which_keys_may_be_missing(
    form: type, missable: dict[str, bool]
) -> None:
    assert {f.name: f.may_be_missing for f in fields(form)} == missable


def test_a_read_only_key_is_a_key() -> None:
    class Card(ExtendedTypedDict):
        size: ReadOnly[int]

    assert [(f.name, f.form, f.may_be_missing) for f in fields(Card)] == [("size", int, False)]


@attrs.frozen
class GenericAttrs(Generic[T]):
    one: T
    many: dict[str, list[T]]


class GenericNamedTuple(NamedTuple, Generic[T]):
    one: T
    many: dict[str, list[T]]


class GenericTypedDict(TypedDict, Generic[T]):
    one: T
    many: dict[str, list[T]]


@dataclass
class GenericDataclass(Generic[T]):
    one: T
    many: dict[str, list[T]]


@pytest.mark.parametrize(
    "form",
    [GenericAttrs[int], GenericNamedTuple[int], GenericTypedDict[int], GenericDataclass[int]],
    ids=str,
)
def test_type_variables_are_filled_with_the_arguments(form: object) -> None:
    assert [f.form for f in fields(form)] == [int, dict[str, list[int]]]


@pytest.mark.parametrize("form", [int, tuple, tuple[int, str], dict[str, int], "User", None])
def test_other_forms_are_no_records(form: object) -> None:
    assert record_kind(form) is None


def test_a_module_of_text_annotations_wires_like_any_other() -> None:
    flow = wire("flow", [future_annotations.make, future_annotations.card, future_annotations.show])

    assert sources_of(flow, "show") == {
        "make": "name: make.make",
        "size": "name: card.size",
        "everybody": "fan-in: make.make, card.user",
        "user": "explicit: card.user",
    }
