"""Fields of classes: names, defaults, generics, annotations that are text."""

import dataclasses
import typing
from typing import Any, ClassVar, Generic, NamedTuple

import attrs
import pytest

from hbia_dsl.structuring.strict_converter import (
    structure_fields,
    structure_inputs,
    structure_value,
)

T = typing.TypeVar("T")
Whole = typing.TypeVar("Whole", bound=int)


@attrs.frozen
class Login:
    name: str = attrs.field(alias="user")
    _token: str = "none"  # noqa: S105 - not a password
    count: int = attrs.field(default=0, init=False)


@attrs.frozen
class Late:
    other: "Later | None" = None
    others: list["Later"] = attrs.Factory(list)


@attrs.frozen
class Later:
    number: int


@attrs.frozen
class Chain:
    number: int
    rest: "Chain | None" = None


@dataclasses.dataclass
class Record:
    number: int
    start: dataclasses.InitVar[str]
    shared: ClassVar[int] = 0
    items: list[int] = dataclasses.field(default_factory=list)
    made: str = dataclasses.field(init=False)

    def __post_init__(self, start: str) -> None:
        self.made = start


@attrs.frozen
class Box(Generic[T]):
    content: T
    more: list[T] = attrs.Factory(list)


@attrs.frozen
class NumberBox(Box[int]):
    label: str = ""


@attrs.frozen
class ListBox(Box[list[T]], Generic[T]):
    extra: T | None = None


@attrs.frozen
class WholeBox(Generic[Whole]):
    content: Whole


class Page(typing.TypedDict, Generic[T]):
    items: list[T]


class Pair(NamedTuple, Generic[T]):
    first: T
    second: T


def texts(data: object, form: object) -> list[str]:
    return [str(problem) for problem in structure_value(data, form)[1]]


def test_data_name_a_field_by_its_alias() -> None:
    assert structure_inputs({"user": "ann", "token": "t"}, Login) == (Login("ann", "t"), ())


def test_the_name_behind_an_alias_is_unknown_to_data() -> None:
    assert texts({"name": "ann", "_token": "t", "count": 1}, Login) == [
        "input.user: missing, expected str",
        "input.name: unknown field",
        "input._token: unknown field, did you mean `token`?",
        "input.count: unknown field",
    ]


def test_a_default_is_used_and_a_mutable_one_is_made_anew() -> None:
    first, _ = structure_inputs({}, Late)
    second, _ = structure_inputs({}, Late)

    assert first == Late()
    assert isinstance(first, Late)
    assert isinstance(second, Late)
    assert first.others is not second.others


def test_text_annotations_are_resolved_without_changing_the_class() -> None:
    read, problems = structure_inputs({"other": {"number": 1}, "others": [{"number": 2}]}, Late)

    assert (read, problems) == (Late(Later(1), [Later(2)]), ())
    assert repr(attrs.fields(Late).other.type) == "'Later | None'"


def test_a_class_may_contain_itself() -> None:
    assert structure_inputs({"number": 1, "rest": {"number": 2}}, Chain) == (
        Chain(1, Chain(2)),
        (),
    )
    assert texts({"number": 1, "rest": {"number": 2, "rest": {"number": "x"}}}, Chain) == [
        "input.rest.rest.number: expected int, found str"
    ]


def test_a_local_class_may_contain_itself() -> None:
    @attrs.frozen
    class Local:
        rest: "Local | None" = None

    assert structure_inputs({"rest": {"rest": None}}, Local) == (Local(Local()), ())


def test_what_attrs_has_resolved_is_used() -> None:
    @attrs.frozen
    class Inner:
        number: int

    @attrs.frozen
    class Outer:
        inner: "Inner"

    assert texts({"inner": {"number": "x"}}, Outer) == [
        "input: cannot be read: a field of `Outer`: name 'Inner' is not defined"
    ]
    attrs.resolve_types(Outer, None, {"Inner": Inner})
    again = attrs.make_class("Again", {"outer": attrs.field(type=Outer)})
    assert texts({"outer": {"inner": {"number": "x"}}}, again) == [
        "input.outer.inner.number: expected int, found str"
    ]


def test_a_dataclass_takes_what_its_constructor_takes() -> None:
    read, problems = structure_inputs({"number": 1, "start": "a"}, Record)

    assert problems == ()
    assert isinstance(read, Record)
    assert (read.number, read.made, read.items) == (1, "a", [])
    assert texts({"number": 1, "start": 2, "shared": 1, "made": "x"}, Record) == [
        "input.start: expected str, found int",
        "input.shared: unknown field",
        "input.made: unknown field",
    ]


@pytest.mark.parametrize(
    ("data", "form", "expected"),
    [
        ({"content": 1, "more": ["a"]}, Box[int], ["input.more[0]: expected int, found str"]),
        ({"content": "a"}, NumberBox, ["input.content: expected int, found str"]),
        ({"content": 1}, ListBox[int], ["input.content: expected list[int], found int"]),
        (
            {"content": [1], "extra": "a"},
            ListBox[int],
            ["input.extra: expected int | None, found str"],
        ),
        ({"content": "a"}, WholeBox, ["input.content: expected int, found str"]),
        ({"items": ["a"]}, Page[int], ["input.items[0]: expected int, found str"]),
        ([1, "a"], Pair[int], ["input[1]: expected int, found str"]),
    ],
    ids=str,
)
def test_variables_of_a_generic_class_stand_for_its_arguments(
    data: object, form: object, expected: list[str]
) -> None:
    assert texts(data, form) == expected


def test_a_free_variable_takes_anything() -> None:
    assert structure_value({"content": [1, "a"]}, Box) == (Box([1, "a"]), ())


def test_a_class_made_at_run_time_is_read() -> None:
    made = attrs.make_class("Made", {"number": attrs.field(type=int), "any": attrs.field()})

    assert structure_value({"number": 1, "any": [2]}, made)[0] == made(1, [2])


def test_a_field_without_annotation_takes_anything() -> None:
    @attrs.define
    class Loose:
        this: Any = attrs.field()

    assert structure_value({"this": {"a": 1}}, Loose) == (Loose({"a": 1}), ())


def test_a_converter_whose_annotation_names_nothing_takes_what_is_declared() -> None:
    def convert(value: "Nowhere") -> int:  # type: ignore[name-defined]  # noqa: F821 - on purpose
        return int(value)

    @attrs.frozen
    class Converted:
        number: int = attrs.field(converter=convert)

    assert structure_value({"number": 1}, Converted) == (Converted(1), ())
    assert texts({"number": "1"}, Converted) == ["input.number: expected int, found str"]


def test_several_forms_are_read_from_one_mapping() -> None:
    forms: dict[str, object] = {"name": str, "age": int}

    assert structure_fields({"name": "ann"}, forms, ["name"]) == ({"name": "ann"}, ())
    values, problems = structure_fields({"nane": 1, "age": "x"}, forms, ["name"], path="body")
    assert values is None
    assert [str(problem) for problem in problems] == [
        "body.name: missing, expected str",
        "body.age: expected int, found str",
        "body.nane: unknown field, did you mean `name`?",
    ]
    assert [str(p) for p in structure_fields([1], forms, [])[1]] == [
        "input: expected inputs as a mapping, found list"
    ]
