"""Values as JSON, as one line, and as typed after `--set`."""

import datetime as dt
import enum
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.cli.given_inputs import value_of
from hbia_dsl.cli.json_value import MARK_REPR, MARK_TYPE, json_value
from hbia_dsl.cli.shortened_value import shortened

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


class Colour(enum.Enum):
    RED = "red"


@attrs.frozen
class Point:
    x: int
    label: str | None = None


class Nasty:
    def __repr__(self) -> str:
        raise ValueError("no text")


@given(PLAIN)
def test_what_json_can_say_stays_as_it_is(value: object) -> None:
    assert json.loads(json.dumps(json_value(value))) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Point(1), {"x": 1, "label": None}),
        ((1, [2]), [1, [2]]),
        ({3, 1, 2}, [1, 2, 3]),
        (dt.date(2026, 12, 24), "2026-12-24"),
        (PurePosixPath("a/b"), "a/b"),
        (Colour.RED, "red"),
        ({"in": [Point(2, "b")]}, {"in": [{"x": 2, "label": "b"}]}),
    ],
)
def test_typed_values_are_said_as_data_give_them(value: object, said: object) -> None:
    assert json_value(value) == said


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1: 2}, object(), lambda: 1, 2j, Nasty(), ValueError("x")]
)
def test_what_json_cannot_say_is_marked_and_never_dropped(value: object) -> None:
    for said in (json_value(value), json_value([value])):
        found = said[0] if isinstance(said, list) else said
        if isinstance(value, complex):
            assert found == "2j"
            continue
        assert isinstance(found, dict)
        assert set(found) == {MARK_TYPE, MARK_REPR}
        assert " at 0x" not in str(found[MARK_REPR])
        json.dumps(found, allow_nan=False)


def test_a_value_inside_itself_is_marked() -> None:
    value: list[object] = []
    value.append(value)

    assert json_value(value) == {MARK_TYPE: "builtins.list", MARK_REPR: "[[...]]"}


@given(PLAIN | st.builds(Point, st.integers()) | st.just(Nasty()), st.integers(20, 200))
def test_every_value_is_one_short_line(value: object, most: int) -> None:
    text = shortened(value, most)

    assert len(text) <= most
    assert len(text.splitlines()) <= 1


def test_a_value_cannot_steer_the_terminal() -> None:
    class Rude:
        def __repr__(self) -> str:
            return "\x1b[31mred\x07"

    assert shortened(Rude()) == r"\x1b[31mred\x07"


def test_a_huge_value_is_shortened_at_once() -> None:
    huge = {"rows": [list(range(100_000))] * 1_000, "text": "x" * 10_000_000}

    assert len(shortened(huge)) <= 200


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("3", int, 3),
        ("3", str, "3"),
        ("true", bool, True),
        ("true", str, "true"),
        ("null", int | None, None),
        ("null", str | None, "null"),
        ("3", float, 3),
        ("abc", int, "abc"),
        ("[1, 2]", list[int], [1, 2]),
        ("[1, 2]", str, "[1, 2]"),
        ('{"x": 1}', Point, {"x": 1}),
        ("3", object, 3),
        ("3 apples", Any, "3 apples"),
        ("2026-12-24", dt.date, "2026-12-24"),
        ("red", Colour, "red"),
        ("3", int | str, "3"),
        ('{"a": 1, "a": 2}', dict[str, int], '{"a": 1, "a": 2}'),
        ("", str, ""),
    ],
)
def test_a_typed_text_means_what_its_type_says(text: str, form: object, value: object) -> None:
    assert value_of(text, form) == value


@given(PLAIN.filter(lambda v: isinstance(v, Mapping | list)))
def test_containers_are_given_as_json(value: object) -> None:
    form = dict[str, object] if isinstance(value, Mapping) else list[object]

    assert value_of(json.dumps(value), form) == value
