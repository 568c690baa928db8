"""Classes of a module whose annotations are strings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing

import attrs

from hbia_dsl.structuring.strict_converter import structure_value


class Options(typing.TypedDict):
    depth: int
    when: typing.NotRequired[dt.date]
    inner: typing.NotRequired[Options]


class Loose(typing.TypedDict, total=False):
    depth: typing.Required[int]
    when: dt.date


class Scored(typing.NamedTuple):
    best: str
    score: float = 0.0


@attrs.frozen
class Node:
    value: int
    children: list[Node] = attrs.Factory(list)


@dataclasses.dataclass
class Record:
    number: int
    start: dataclasses.InitVar[str] = ""
    shared: typing.ClassVar[int] = 0


def wrap(value: int | str) -> str:
    return str(value)


@attrs.frozen
class Wrapped:
    text: str = attrs.field(converter=wrap)


def texts(data: object, form: object) -> list[str]:
    return [str(problem) for problem in structure_value(data, form)[1]]


def test_a_typed_dict_keeps_its_optional_keys() -> None:
    assert structure_value({"depth": 1, "when": "2024-02-29"}, Options)[0] == {
        "depth": 1,
        "when": dt.date(2024, 2, 29),
    }
    assert structure_value({"depth": 1, "inner": {"depth": 2}}, Options)[1] == ()
    assert texts({"inner": {"depth": "x"}}, Options) == [
        "input.depth: missing, expected int",
        "input.inner.depth: expected int, found str",
    ]


def test_a_typed_dict_keeps_its_required_keys() -> None:
    assert texts({}, Loose) == ["input.depth: missing, expected int"]


def test_a_named_tuple_is_read() -> None:
    assert structure_value(["a", 1], Scored) == (Scored("a", 1.0), ())
    assert texts({"best": 1}, Scored) == ["input.best: expected str, found int"]


def test_a_recursive_class_is_read() -> None:
    data = {"value": 1, "children": [{"value": 2}]}

    assert structure_value(data, Node) == (Node(1, [Node(2)]), ())


def test_a_dataclass_is_read() -> None:
    assert structure_value({"number": 1, "start": "a"}, Record) == (Record(1), ())
    assert texts({"number": 1, "start": 2, "shared": 3}, Record) == [
        "input.start: expected str, found int",
        "input.shared: unknown field",
    ]


def test_what_a_converter_takes_is_what_data_may_give() -> None:
    assert structure_value({"text": 3}, Wrapped) == (Wrapped("3"), ())
    assert texts({"text": 1.5}, Wrapped) == ["input.text: expected int | str, found float"]
