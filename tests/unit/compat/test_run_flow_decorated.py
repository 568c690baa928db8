"""Decorated functions as handlers of graphs: when their value stands for a dict of outputs."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from hbia_dsl import AtomicGroup, Edge, FlowFailed, Graph, Vertex, run_flow, vertex
from hbia_dsl.errors import ContractOutputError


class Scored(NamedTuple):
    """What `rank` returns."""

    best: str
    score: float


@vertex
def count(text: str) -> int:
    return len(text.split())


@vertex(outputs="number")
def named(text: str) -> int:
    return len(text.split())


@vertex(outputs=("best", "score"))
def rank(text: str) -> Scored:
    return Scored(text, 0.5)


@vertex
def as_dict(text: str) -> dict[str, object]:
    return {"out": text}


@vertex(outputs=("left", "right"))
def careless(text: str) -> dict[str, int]:
    return {"left": 1}


@vertex
def lying(text: str) -> int:
    return text  # type: ignore[return-value]  # what the test is about


def _graph(name: str, handler: object, outputs: dict[str, str]) -> Graph:
    return Graph([Vertex(name, handler, inputs={"text": "str"}, outputs=outputs)])  # type: ignore[arg-type]  # a function


@pytest.mark.parametrize(
    ("name", "handler", "outputs", "values"),
    [
        ("count", count, {"count": "int"}, {"count.count": 2}),
        ("second", count, {"second": "int"}, {"second.second": 2}),
        ("v", named, {"number": "int"}, {"v.number": 2}),
        ("v", rank, {"best": "str", "score": "float"}, {"v.best": "a b", "v.score": 0.5}),
        ("v", rank, {"score": "float", "best": "str"}, {"v.score": 0.5, "v.best": "a b"}),
        (
            "v",
            rank,
            {"v": "tuple", "best": "str", "score": "float"},
            {"v.v": Scored("a b", 0.5), "v.best": "a b", "v.score": 0.5},
        ),
        ("v", as_dict, {"v": "dict"}, {"v.v": {"out": "a b"}}),
        ("v", as_dict, {"out": "str"}, {"v.out": "a b"}),
        ("as_dict", as_dict, {}, {"as_dict.out": "a b"}),
    ],
)
def test_a_value_stands_for_the_outputs_that_graph_and_declaration_call_the_same(
    name: str, handler: object, outputs: dict[str, str], values: dict[str, object]
) -> None:
    result = run_flow(_graph(name, handler, outputs), initial_data={"text": "a b"})

    assert dict(result) == values


@pytest.mark.parametrize(
    ("handler", "outputs", "names"),
    [
        (count, {"number": "int"}, "its whole result, which has the name of the vertex"),
        (named, {"v": "int"}, "`number`"),
        (rank, {"best": "str"}, "`best` and `score`"),
        (rank, {"v": "tuple"}, "`best` and `score`"),
        (rank, {"best": "str", "score": "float", "more": "int"}, "`best` and `score`"),
    ],
)
def test_under_other_names_a_dict_is_wanted_and_the_report_says_why(
    handler: object, outputs: dict[str, str], names: str
) -> None:
    with pytest.raises(FlowFailed) as failed:
        run_flow(_graph("v", handler, outputs), initial_data={"text": "a b"})

    assert isinstance(failed.value.root, ContractOutputError)
    told = failed.value.root.diagnostic
    shown = " and ".join(f"`{output}`" for output in outputs)
    assert told.code.number == "HB314"
    (note,) = told.notes
    assert note.startswith("its value would do, if the graph declared what its `@vertex` names: ")
    assert note.endswith(f": {names}; the graph declares {shown}")


@pytest.mark.parametrize(
    ("handler", "outputs", "message"),
    [
        (lying, {"v": "int"}, "vertex `v` returned something that is not `int`"),
        (count, {"v": "str"}, "output `v` of vertex `v` is not `str`"),
        (rank, {"best": "int", "score": "float"}, "output `best` of vertex `v` is not `int`"),
        (careless, {"left": "int", "right": "int"}, "a dict without the part `right`"),
    ],
)
def test_a_value_is_held_to_what_the_function_and_the_graph_declare(
    handler: object, outputs: dict[str, str], message: str
) -> None:
    with pytest.raises(FlowFailed) as failed:
        run_flow(_graph("v", handler, outputs), initial_data={"text": "a b"})

    assert isinstance(failed.value.root, ContractOutputError)
    assert message in failed.value.root.diagnostic.message


def test_a_result_that_cannot_be_split_is_no_matter_of_names() -> None:
    @vertex(outputs=("left", "right"))
    def whole(text: str) -> int:
        return len(text)

    graph = _graph("v", whole, {"left": "int", "right": "int"})
    with pytest.raises(FlowFailed) as failed:
        run_flow(graph, initial_data={"text": "a b"})

    assert isinstance(failed.value.root, ContractOutputError)
    told = failed.value.root.diagnostic
    assert (told.code.number, told.notes) == ("HB314", ())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_compensation_gets_what_the_function_returned(*, is_async: bool) -> None:
    undone: list[object] = []

    def undo(inputs: Mapping[str, object], value: object) -> None:
        undone.append((dict(inputs), value))

    async def undo_async(inputs: Mapping[str, object], value: object) -> None:
        undone.append((dict(inputs), value))

    def fails() -> dict[str, object]:
        raise LookupError("fails")

    compensate = undo_async if is_async else undo
    text = {"text": "str"}
    parts = {"best": "str", "score": "float"}
    graph = Graph(
        [
            Vertex("rank", rank, inputs=text, outputs=parts, compensate=compensate),
            Vertex("plain", as_dict, inputs=text, outputs={"out": "str"}, compensate=compensate),
            Vertex("end", fails, effect="pure"),
        ],
        [Edge("rank", "plain"), Edge("plain", "end")],
        [AtomicGroup("g", ("rank", "plain", "end"), on_failure="compensate")],
    )

    with pytest.raises(FlowFailed):
        run_flow(graph, initial_data={"text": "a b"}, async_enabled=is_async)

    given = {"text": "a b"}
    assert undone == [(given, {"out": "a b"}), (given, Scored("a b", 0.5))]
