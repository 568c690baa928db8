"""Data that lax readers let through, and what is said about each."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import typing
import uuid
from collections import abc
from typing import Annotated, Any, Literal, NamedTuple, NewType

import attrs
import pytest
import typing_extensions

from case_labels import label
from hbia_dsl.structuring.strict_converter import structure_inputs, structure_value

UserId = NewType("UserId", int)
Nested = typing_extensions.TypeAliasType("Nested", "list[Nested] | int")
Short = typing_extensions.TypeAliasType("Short", int | str)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


class Scored(NamedTuple):
    best: str
    score: float = 0.0


class Options(typing.TypedDict):
    depth: int
    name: typing.NotRequired[str]


@attrs.frozen
class Address:
    zip: str
    city: str = "here"


@dataclasses.dataclass
class Point:
    x: int
    y: int


REFUSED: list[tuple[object, object, str]] = [
    (1.9, int, "expected int, found float"),
    (1.0, int, "expected int, found float"),
    ("1", int, "expected int, found str"),
    (True, int, "expected int, found bool"),
    (None, int, "expected int, found None"),
    ("false", bool, "expected bool, found str"),
    (0, bool, "expected bool, found int"),
    (1, str, "expected str, found int"),
    (b"a", str, "expected str, found bytes"),
    ("1.5", float, "expected float, found str"),
    (True, float, "expected float, found bool"),
    (2**53 + 1, float, "expected float, found int that no float holds exactly"),
    (10**400, float, "expected float, found int that no float holds exactly"),
    (0, None, "expected None, found int"),
    ("x", complex, "expected complex as text or a number, found str that cannot be read"),
    (True, complex, "expected complex as text or a number, found bool"),
    (1.5, decimal.Decimal, "expected Decimal as text or int, found float"),
    ("x", decimal.Decimal, "expected Decimal as text or int, found str that cannot be read"),
    ("1/0", fractions.Fraction, "expected Fraction as text or int, found str that cannot be read"),
    ("1e9999999", fractions.Fraction,
     "expected Fraction as text or int, found str that cannot be read"),
    ("3" * 5_000, fractions.Fraction,
     "expected Fraction as text or int, found str that cannot be read"),
    ("2024-01-01", dt.datetime,
     "expected datetime as ISO 8601 text, found str that cannot be read"),
    (0, dt.datetime, "expected datetime as ISO 8601 text, found int"),
    (dt.date(2024, 1, 1), dt.datetime, "expected datetime as ISO 8601 text, found date"),
    (dt.datetime(2024, 1, 1), dt.date,  # noqa: DTZ001 - no zone is part of the case
     "expected date as ISO 8601 text, found datetime"),
    ("01.02.2024", dt.date, "expected date as ISO 8601 text, found str that cannot be read"),
    ("25:00", dt.time, "expected time as ISO 8601 text, found str that cannot be read"),
    ("1 day", dt.timedelta, "expected timedelta as ISO 8601 text, found str that cannot be read"),
    ("P1M", dt.timedelta, "expected timedelta as ISO 8601 text, found str that cannot be read"),
    ("P", dt.timedelta, "expected timedelta as ISO 8601 text, found str that cannot be read"),
    ("PT", dt.timedelta, "expected timedelta as ISO 8601 text, found str that cannot be read"),
    ("P9999999999D", dt.timedelta,
     "expected timedelta as ISO 8601 text, found str that cannot be read"),
    (60, dt.timedelta, "expected timedelta as ISO 8601 text, found int"),
    ("x", uuid.UUID, "expected UUID as text, found str that cannot be read"),
    (1, uuid.UUID, "expected UUID as text, found int"),
    (1, pathlib.Path, "expected Path as text, found int"),
    ("a%", bytes, "expected bytes as base64 text, found str that cannot be read"),
    ([1], bytes, "expected bytes as base64 text, found list"),
    (1, ipaddress.IPv4Address, "expected IPv4Address as text, found int"),
    ("::1", ipaddress.IPv4Address, "expected IPv4Address as text, found str that cannot be read"),
    ("abc", list[str], "expected list[str], found str"),
    ({"a": 1}, list[str], "expected list[str], found dict"),
    ({1}, list[int], "expected list[int], found set"),
    ("abc", abc.Sequence[str], "expected Sequence[str], found str"),
    (iter([1]), abc.Iterable[int], "expected Iterable[int], found list_iterator"),
    ("ab", set[str], "expected set[str], found str"),
    ([[1]], set[Any], "expected set[Any], found items that no set can hold"),
    ([1], tuple[int, int], "expected 2 items, found 1"),
    ([1], tuple[()], "expected 0 items, found 1"),
    ([1], dict[str, int], "expected dict[str, int], found list"),
    ([["a", 1]], dict[str, int], "expected dict[str, int], found list"),
    (True, Literal[1], "expected 1, found bool"),
    ("c", Literal["a", "b"], "expected 'a' or 'b', found another str"),
    ("rde", Colour, "expected Colour ('red' or 'blue'), found another str, did you mean `red`?"),
    ("RED", Colour, "expected Colour ('red' or 'blue'), found another str, did you mean `red`?"),
    (1, Colour, "expected Colour ('red' or 'blue'), found int"),
    (True, Level, "expected Level (1), found bool"),
    (8, Mode, "expected Mode (1 or 2), found another int"),
    ("3", UserId, "expected int, found str"),
    (1.5, Short, "expected Short, found float"),
    (1.5, int | str, "expected int | str, found float"),
    (True, int | str, "expected int | str, found bool"),
    ("x", int | None, "expected int | None, found str"),
    ("x", dt.date | None, "expected date as ISO 8601 text, found str that cannot be read"),
    ("1", Annotated[int, []], "expected int, found str"),
    ("ab", Scored, "expected Scored as a list or a mapping, found str"),
    ([], Scored, "expected 1 to 2 items, found 0"),
    ([1, 2], Options, "expected Options as a mapping, found list"),
    ("x", Address, "expected Address as a mapping, found str"),
    ([1, 2], Point, "expected Point as a mapping, found list"),
    (1, type[int], "expected type[int], found int; data cannot give a type[int]"),
    (1, abc.Callable[[], int],
     "expected Callable[[], int], found int; data cannot give a Callable[[], int]"),
    ("x", object.__class__, "expected type, found str; data cannot give a type"),
    (1, "Unknown", "cannot be read: `Unknown` is not resolved"),
    ([1], list["Unknown"],  # type: ignore[name-defined]  # noqa: F821 - not resolvable on purpose
     "[0]: cannot be read: `Unknown` is not resolved"),
    ([1], tuple[int, *tuple[str, ...]],
     "cannot be read: data cannot give a tuple[int, tuple[str, ...]] with an unpacked part"),
]  # fmt: skip

PLACED: list[tuple[object, object, list[str]]] = [
    (["a", 1, "b", None], list[str],
     ["[1]: expected str, found int", "[3]: expected str, found None"]),
    ([1, "a"], tuple[int, int], ["[1]: expected int, found str"]),
    ([1, 1.5], set[int], ["[1]: expected int, found float"]),
    ({"a": "x", "b": 1}, dict[str, int], ['["a"]: expected int, found str']),
    ({1: 1}, dict[str, int], ["[1] (key): expected str, found int"]),
    ({"1": 1}, dict[int, int], ['["1"] (key): expected int, found str']),
    ({"a": [{"b": None}]}, dict[str, list[dict[str, int]]],
     ['["a"][0]["b"]: expected int, found None']),
    ({"x" * 99: None}, dict[str, int], [f'["{"x" * 40}..."]: expected int, found None']),
    ({'\u00e9\n"': None}, dict[str, int], ['["\\xe9\\n\\""]: expected int, found None']),
    ({(1, 2): None}, abc.Mapping[Any, int], ["[<tuple>]: expected int, found None"]),
    ({}, Address, [".zip: missing, expected str"]),
    ({"zpi": "1"}, Address, [".zip: missing, expected str",
                             ".zpi: unknown field, did you mean `zip`?"]),
    ({"zip": 1, "city": None, "more": 0}, Address,
     [".zip: expected str, found int", ".city: expected str, found None", ".more: unknown field"]),
    ({"zip": "1", 2: 3}, Address, ["[2]: unknown field, its name is int"]),
    ({"zip": "1", "a b": 3}, Address, ['["a b"]: unknown field']),
    ({"x": "1"}, Point, [".x: expected int, found str", ".y: missing, expected int"]),
    ({"name": 1}, Options, [".depth: missing, expected int", ".name: expected str, found int"]),
    ({"best": 1, "extra": 2}, Scored, [".best: expected str, found int", ".extra: unknown field"]),
    (["a", "b"], Scored, ["[1]: expected float, found str"]),
    ([{"zip": 1}, {}], list[Address], ["[0].zip: expected str, found int",
                                       "[1].zip: missing, expected str"]),
]  # fmt: skip


def texts(data: object, form: object, path: str) -> list[str]:
    value, problems = structure_value(data, form, path)
    assert value is None
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(("data", "form", "text"), REFUSED, ids=label)
def test_nothing_is_coerced(data: object, form: object, text: str) -> None:
    separator = "" if text.startswith("[") else ": "

    assert texts(data, form, "input") == [f"input{separator}{text}"]


@pytest.mark.parametrize(("data", "form", "expected"), PLACED, ids=label)
def test_every_problem_is_reported_with_its_path(
    data: object, form: object, expected: list[str]
) -> None:
    assert texts(data, form, "input") == [f"input{text}" for text in expected]


def test_a_problem_is_a_value_with_parts() -> None:
    _, (missing, unknown) = structure_inputs({"zpi": "SECRET"}, Address, path="body")

    assert (missing.path, missing.expected, missing.found) == ("body.zip", "str", None)
    assert (unknown.path, unknown.suggestion) == ("body.zpi", "zip")
    assert attrs.asdict(missing)["message"] == "missing, expected str"


def test_data_that_contain_themselves_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)

    assert texts(endless, Nested, "input") == ["input: nested too deeply, or inside itself"]


def test_data_nested_without_end_are_refused() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]

    assert texts(deep, Nested, "input") == ["input: nested too deeply, or inside itself"]


def test_a_thousand_wrong_items_give_a_thousand_problems() -> None:
    _, problems = structure_value(["x"] * 1_000, list[int])

    assert len(problems) == 1_000
    assert problems[-1].path == "input[999]"


def test_a_default_dict_is_not_filled_by_reading_it() -> None:
    data: dict[str, object] = collections.defaultdict(list, zip="1")

    value, problems = structure_inputs(data, Address)

    assert (value, problems) == (Address("1"), ())
    assert data == {"zip": "1"}
