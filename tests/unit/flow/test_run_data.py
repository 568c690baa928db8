"""`run_data`: untyped data become inputs strictly; every problem is told with its path."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

import attrs
import pytest
from attrs import validators

from hbia_dsl import Flow, vertex
from hbia_dsl.errors import RunInputError


@attrs.frozen
class Address:
    zip: int
    city: str


@attrs.frozen
class Signup:
    name: str
    addresses: list[Address] = attrs.field(factory=list)
    age: int = attrs.field(default=7, validator=validators.ge(0))


@vertex
def describe(name: str, addresses: list[Address], age: int) -> str:
    cities = ", ".join(address.city for address in addresses)
    return f"{name} ({age}) in {cities}"


NESTED: Final = Flow.of("nested", describe, inputs=Signup, result=describe)


def test_json_becomes_typed_inputs() -> None:
    data = json.loads('{"name": "ann", "addresses": [{"zip": 1, "city": "Kiel"}], "age": 3}')

    assert NESTED.run_data(data).value == "ann (3) in Kiel"
    assert NESTED.run_data({"name": "ann"}).value == "ann (7) in "


def test_it_runs_inside_a_loop_too() -> None:
    async def main() -> str:
        return (await NESTED.run_data_async({"name": "ann"})).value

    assert asyncio.run(main()) == "ann (7) in "


def test_every_problem_is_told_with_its_path_and_without_the_data() -> None:
    data = {
        "nane": "secret",
        "addresses": [{"zip": 1.9, "city": "Kiel"}, {"zip": "2"}],
        "age": "hidden",
    }

    with pytest.raises(RunInputError) as error:
        NESTED.run_data(data)

    notes = error.value.diagnostic.notes
    assert sorted(note.partition(":")[0] for note in notes) == [
        "input.addresses[0].zip",
        "input.addresses[1].city",
        "input.addresses[1].zip",
        "input.age",
        "input.name",
        "input.nane",
    ]
    assert "secret" not in str(error.value.diagnostic)
    assert "hidden" not in str(error.value.diagnostic)
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


@pytest.mark.parametrize(
    "data",
    [
        {"name": 3},
        {"name": "ann", "age": True},
        {"name": "ann", "age": 1.0},
        {"name": "ann", "age": "3"},
        {"name": "ann", "age": None},
        {"name": "ann", "addresses": {"zip": 1, "city": "Kiel"}},
        {"name": "ann", "addresses": "ab"},
    ],
)
def test_nothing_is_coerced(data: Mapping[str, object]) -> None:
    with pytest.raises(RunInputError):
        NESTED.run_data(data)


def test_validators_apply() -> None:
    with pytest.raises(RunInputError, match=r"input\.age: refused by a validator"):
        NESTED.run_data({"name": "ann", "age": -1})


@pytest.mark.parametrize("data", [None, 3, "name", ["name"], [("name", "ann")]])
def test_data_that_are_no_mapping_are_refused(data: Any) -> None:  # noqa: ANN401 - a caller without a type checker
    with pytest.raises(RunInputError, match="input"):
        NESTED.run_data(data)


def test_the_text_of_json_is_not_its_data() -> None:
    careless: Any = NESTED  # a caller without a type checker

    with pytest.raises(RunInputError) as error:
        careless.run_data('{"name": "ann"}')

    assert error.value.diagnostic.help == "give the data, not their text: json.loads(text)"


class Point(NamedTuple):
    x: int
    y: int = 0


class Optional(TypedDict):
    x: int
    y: NotRequired[int]


def function_inputs(x: int, y: int = 0) -> None:
    raise AssertionError("only its signature is wanted")


@vertex
def total(x: int, y: int = 100) -> int:
    return x + y


@pytest.mark.parametrize(
    ("inputs", "without_y"),
    [(Point, 1), (Optional, 101), (function_inputs, 1), (None, 101)],
    ids=["NamedTuple", "TypedDict", "function", "undeclared"],
)
def test_every_kind_of_declaration_reads_data(inputs: Any, without_y: int) -> None:  # noqa: ANN401 - several kinds
    flow: Flow[..., int] = (
        Flow.of("sum", total, result=total)
        if inputs is None
        else Flow.of("sum", total, inputs=inputs, result=total)
    )

    assert flow.run_data({"x": 1, "y": 2}).value == 3
    assert flow.run_data({"x": 1}).value == without_y
    with pytest.raises(RunInputError) as error:
        flow.run_data({"y": "2", "z": 3})
    notes = sorted(error.value.diagnostic.notes)
    assert [note.partition(":")[0] for note in notes] == ["input.x", "input.y", "input.z"]
    assert notes[0].endswith("missing, expected int")
    assert notes[1].endswith("expected int, found str")
    assert "unknown field" in notes[2]


def test_an_unknown_field_has_a_suggestion_without_a_class_too() -> None:
    flow = Flow.of("sum", total, result=total)

    with pytest.raises(RunInputError, match=r"input\.xx: unknown field, did you mean `x`\?"):
        flow.run_data({"x": 1, "xx": 2})


def test_options_of_the_flow_apply_to_data() -> None:
    flow = Flow.of("sum", total, result=total).options(parallel=True)

    assert flow.run_data({"x": 1, "y": 1}).value == 2
