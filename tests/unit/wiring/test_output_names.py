"""How a result is split, and what is said when it cannot be."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, NewType, NotRequired, TypedDict, TypeVar

import attrs
import pytest

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.wiring.output_names import UnsplittableResultError, parts_of_result
from hbia_dsl.wiring.wired_flow import OutputPart
from wiring_views import codes, refusal

T = TypeVar("T")


class Pair(NamedTuple):
    low: int
    high: str


class Card(TypedDict):
    low: int
    high: NotRequired[str]


@attrs.frozen
class Point:
    low: int
    high: str


@dataclass
class Record:
    low: int
    high: str


@attrs.frozen
class Box(Generic[T]):
    content: T
    others: list[T]


Alias = NewType("Alias", tuple[int, str])


@pytest.mark.parametrize("form", [tuple[int, str], Pair, Alias], ids=str)
def test_a_tuple_is_split_by_position_under_new_names(form: object) -> None:
    expected = (OutputPart("a", int, 0), OutputPart("b", str, 1))

    assert parts_of_result(form, ("a", "b")) == expected


def test_a_named_tuple_is_split_by_field_in_any_order() -> None:
    expected = (OutputPart("high", str, 1), OutputPart("low", int, 0))

    assert parts_of_result(Pair, ("high", "low")) == expected


def test_a_field_of_a_named_tuple_cannot_become_the_name_of_another_field() -> None:
    assert parts_of_result(Pair, ("low", "top")) == (
        OutputPart("low", int, 0),
        OutputPart("top", str, 1),
    )
    with pytest.raises(UnsplittableResultError, match="`low` is a field of `Pair`, but not"):
        parts_of_result(Pair, ("top", "low"))


@pytest.mark.parametrize("form", [Point, Record])
def test_attrs_and_dataclasses_are_split_by_attribute(form: object) -> None:
    assert parts_of_result(form, ("high",)) == (OutputPart("high", str, "high", by_attribute=True),)


def test_a_typed_dict_is_split_by_required_keys() -> None:
    assert parts_of_result(Card, ("low",)) == (OutputPart("low", int, "low"),)
    with pytest.raises(UnsplittableResultError, match="the key `high` of `Card` may be missing"):
        parts_of_result(Card, ("high",))


@pytest.mark.parametrize(
    "form", [dict[str, int], Mapping[str, int], OrderedDict[str, int]], ids=str
)
def test_a_mapping_has_every_name(form: object) -> None:
    expected = (OutputPart("a", int, "a"), OutputPart("b", int, "b"))

    assert parts_of_result(form, ("a", "b")) == expected


def test_a_mapping_with_literal_keys_has_those() -> None:
    form = dict[Literal["a", "b"], int]

    assert parts_of_result(form, ("a",)) == (OutputPart("a", int, "a"),)
    with pytest.raises(UnsplittableResultError, match="has no key `c`"):
        parts_of_result(form, ("c",))


def test_a_generic_class_is_split_into_the_types_of_its_arguments() -> None:
    expected = (
        OutputPart("content", int, "content", by_attribute=True),
        OutputPart("others", list[int], "others", by_attribute=True),
    )

    assert parts_of_result(Box[int], ("content", "others")) == expected


@pytest.mark.parametrize(
    ("form", "names", "reason"),
    [
        (tuple[int, str], ("a", "b", "c"), "has 2 parts, but `outputs=` names 3"),
        (Pair, ("low",), "`Pair` has 2 parts, but `outputs=` names 1"),
        (tuple[int, ...], ("a", "b"), "does not say how many parts"),
        (tuple, ("a", "b"), "does not say how many parts"),
        (Point, ("low", "hihg"), "`Point` has no field `hihg`"),
        (dict[int, str], ("a",), "the keys of `dict\\[int, str\\]` are not `str`"),
        (int, ("a",), "`int` has no parts"),
        (Any, ("a",), "`Any` has no parts"),
        (Point | None, ("low",), "`Point | None` has no parts"),
        (list[int], ("a", "b"), "has no parts"),
    ],
    ids=str,
)
def test_what_cannot_be_split_says_why(form: object, names: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UnsplittableResultError) as caught:
        parts_of_result(form, names)

    assert reason.replace("\\", "") in caught.value.reason


def test_a_part_cannot_have_the_name_of_its_vertex() -> None:
    @vertex(outputs=("user", "size"))
    def user() -> tuple[str, int]:
        return "ann", 3

    (problem,) = refusal(user)

    assert "`user` is the name of the whole result" in problem.message


def test_what_takes_parts_of_an_unsplittable_result_is_not_reported_too() -> None:
    @vertex(outputs=("best", "score", "more"))
    def rank() -> tuple[Point, int]:
        return Point(1, ""), 3

    @vertex(inputs={"number": "rank.more"})
    def show(best: Point, number: int) -> str:
        return ""

    assert codes(rank, show) == ["HB105"]
