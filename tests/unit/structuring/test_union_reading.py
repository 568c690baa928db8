"""Which member of a union data are, and what is said if they are none or several."""

import collections
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import typing
import uuid
from typing import Literal

import attrs
import pytest

from hbia_dsl.structuring.strict_converter import structure_value


class Colour(enum.Enum):
    RED = "red"


class Shape(enum.Enum):
    CIRCLE = "circle"
    SQUARE = "square"


@attrs.frozen
class Cat:
    lives: int
    kind: Literal["cat"] = "cat"


@attrs.frozen
class Dog:
    name: str
    kind: Literal["dog", "hound"] = "dog"


class Fish(typing.TypedDict):
    kind: Literal["fish"]
    depth: int


@attrs.frozen
class Circle:
    shape: Literal[Shape.CIRCLE]
    radius: float


@attrs.frozen
class Square:
    shape: Literal[Shape.SQUARE]
    side: float


@attrs.frozen
class Number:
    value: int


@attrs.frozen
class Text:
    value: str


@attrs.frozen
class Twin:
    value: int


@pytest.mark.parametrize(
    ("data", "form", "value"),
    [
        ("3", int | str, "3"),
        (3, int | str, 3),
        (3, str | float, 3.0),
        (3, float | int, 3),
        (3, decimal.Decimal | float, 3.0),
        (True, int | bool, True),
        ("2024-01-01", dt.date | str, "2024-01-01"),
        ("2024-01-01", dt.date | dt.datetime, dt.date(2024, 1, 1)),
        ("2024-01-01T00:00", dt.date | dt.datetime, dt.datetime(2024, 1, 1)),  # noqa: DTZ001 - no zone in the text
        ("red", Colour | str, "red"),
        ("red", Colour | int, Colour.RED),
        ("a", Literal["a"] | int, "a"),
        (None, Literal["a"] | None, None),
        ([], list[int] | list[str], []),
        (["a"], list[int] | list[str], ["a"]),
        ([1], tuple[int, ...] | list[int], [1]),
        ([1], set[int] | dict[str, int], {1}),
        ({"lives": 9}, Cat | Dog, Cat(9)),
        ({"kind": "hound", "name": "rex"}, Cat | Dog | None, Dog("rex", "hound")),
        ({"kind": "fish", "depth": 3}, Cat | Fish, {"kind": "fish", "depth": 3}),
        ({"shape": "square", "side": 2}, Circle | Square, Square(Shape.SQUARE, 2.0)),
        ({"value": 1}, Number | Text, Number(1)),
        ({"value": "a"}, Number | Text, Text("a")),
        ({"a": 1}, Number | dict[str, int], {"a": 1}),
        (Text("a"), Number | Text, Text("a")),
        ({"a": [Text("a")]}, dict[str, list[Number | Text]], {"a": [Text("a")]}),
    ],
    ids=lambda case: ascii(case)[:40],
)
def test_data_are_the_member_that_they_fit(data: object, form: object, value: object) -> None:
    read, problems = structure_value(data, form)

    assert (read, problems) == (value, ())
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("data", "form", "texts"),
    [
        (1.5, int | str, ["input: expected int | str, found float"]),
        ({"a": 1}, int | str, ["input: expected int | str, found dict"]),
        ([1, "a"], list[int] | None, ["input[1]: expected int, found str"]),
        ([1, "a"], list[int] | list[str], ["input: expected list[int] | list[str], found list"]),
        ("b", Literal["a"] | None, ["input: expected 'a', found another str"]),
        (
            "x",
            uuid.UUID | None,
            ["input: expected UUID as text, found str that cannot be read"],
        ),
        (
            {"kind": "cow"},
            Cat | Dog,
            ["input.kind: expected 'cat', 'dog' or 'hound', found another str"],
        ),
        ({"kind": "dog"}, Cat | Dog, ["input.name: missing, expected str"]),
        (
            {"shape": "triangle"},
            Circle | Square,
            ["input.shape: expected 'circle' or 'square', found another str"],
        ),
        ({}, Circle | Square, ["input.shape: missing, expected 'circle' or 'square'"]),
        ({"other": 1}, Number | Cat, ["input: expected Number | Cat, found dict"]),
        ({"lives": 9, "x": 1}, Number | Cat, ["input.x: unknown field"]),
        ({"value": None}, Number | Text, ["input: expected Number | Text, found dict"]),
        (
            [1],
            set[int] | frozenset[int],
            ["input: fits set[int] and frozenset[int], so it is not clear which"],
        ),
        ({"value": 1}, Number | Twin, ["input: fits Number and Twin, so it is not clear which"]),
        (
            "1.5",
            decimal.Decimal | fractions.Fraction,
            ["input: fits Decimal and Fraction, so it is not clear which"],
        ),
        (
            {"value": 1},
            Number | dict[str, int],
            ["input: fits Number and dict[str, int], so it is not clear which"],
        ),
    ],
    ids=lambda case: ascii(case)[:40],
)
def test_data_that_fit_no_member_or_several_are_refused(
    data: object, form: object, texts: list[str]
) -> None:
    _, problems = structure_value(data, form)

    assert [str(problem) for problem in problems] == texts


def test_a_subclass_of_str_is_text_to_a_union_too() -> None:
    class Marked(str):
        __slots__ = ()

    read, problems = structure_value(Marked("a"), int | str)

    assert problems == ()
    assert type(read) is Marked


def test_a_path_beside_none_is_made() -> None:
    assert structure_value("a", pathlib.Path | None) == (pathlib.Path("a"), ())


def test_a_mapping_class_of_the_standard_library_is_a_mapping() -> None:
    data = collections.ChainMap({"lives": 9})

    assert structure_value(data, Cat | Dog) == (Cat(9), ())
