"""Lineage: every value that a value came from."""

from typing import Final

import attrs
import pytest

from hbia_dsl import All, Flow, vertex
from hbia_dsl.errors import ResultError


@attrs.frozen
class Person:
    name: str


@attrs.frozen
class Start:
    name: str
    title: str = "Dr"
    extra: int = 0


@vertex
def make(name: str) -> Person:
    return Person(name)


@vertex(inputs={"person": make}, outputs=("first", "length"))
def measure(person: Person) -> tuple[str, int]:
    return person.name[:1], len(person.name)


@vertex
def sign(title: str, first: str, mark: str = "!") -> str:
    return f"{title} {first}{mark}"


@vertex
def gather(people: All[Person], extra: int) -> int:
    return len(people) + extra


FLOW: Final = Flow.of("lineage", make, measure, sign, gather, inputs=Start, result=sign)
LINEAGE: Final = FLOW.run(name="ann").lineage


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("input.name", ()),
        ("make.make", ("input.name",)),
        ("make", ("input.name",)),
        ("measure.first", ("input.name", "make.make")),
        ("measure.length", ("input.name", "make.make")),
        ("measure.measure", ("input.name", "make.make")),
        ("sign.sign", ("input.name", "input.title", "make.make", "measure.first")),
        ("gather.gather", ("input.extra", "input.name", "make.make")),
    ],
)
def test_lineage_names_every_value_that_a_value_came_from(
    name: str, expected: tuple[str, ...]
) -> None:
    assert LINEAGE.of(name) == expected


def test_why_names_the_source_of_each_parameter_and_the_rule() -> None:
    assert LINEAGE.why("sign") == {
        "title": "input.title (name)",
        "first": "measure.first (name)",
        "mark": "its default (default)",
    }
    assert LINEAGE.why("measure") == {"person": "make.make (explicit)"}
    assert LINEAGE.why("gather") == {
        "people": "make.make (fan-in)",
        "extra": "input.extra (name)",
    }


def test_an_input_that_was_found_is_part_of_the_lineage() -> None:
    lineage = Flow.of("found", make).run(name="ann").lineage

    assert lineage.of("make.make") == ("input.name",)
    assert lineage.why("make") == {"name": "input.name (input)"}


@pytest.mark.parametrize(
    ("name", "help_"),
    [
        ("sign.sing", "did you mean `sign.sign`?"),
        ("input.nam", "did you mean `input.name`?"),
        ("gathr", "did you mean `gather`?"),
    ],
)
def test_an_unknown_value_has_a_suggestion(name: str, help_: str) -> None:
    with pytest.raises(ResultError, match="flow `lineage` has no value") as error:
        LINEAGE.of(name)

    assert error.value.diagnostic.help == help_
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_why_of_an_unknown_vertex_is_refused() -> None:
    with pytest.raises(ResultError, match="no value `sing`"):
        LINEAGE.why("sing")
