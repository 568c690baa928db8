"""Lists of outputs, and initial data under another name, in documents and in their runs."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from hbia_dsl import Graph, Vertex, run_flow, run_flow_async
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.documents.validate_graph import validate_graph
from hbia_dsl.errors import DataResolutionError, DocumentError

TEXT: Final = """\
flow:
  f:
    left: {handler: app.one, inputs: {start: input.first}, outputs: {n: int}}
    right: {handler: app.one, inputs: {start: int}, outputs: {n: int}}
    all:
      handler: app.gather
      inputs: {parts: [right.n, left.n, input.first]}
      outputs: {all: list}
    some: {handler: app.gather, inputs: {parts: [left.n]}, outputs: {all: list}}
"""


def one(start: int) -> dict[str, object]:
    return {"n": start + 1}


def gather(parts: list[int]) -> dict[str, object]:
    return {"all": parts}


HANDLERS: Final[Mapping[str, Callable[..., object]]] = {
    "left": one,
    "right": one,
    "all": gather,
    "some": gather,
}


def test_a_handler_gets_a_list_in_the_order_of_the_document() -> None:
    data = {"first": 10, "start": 20}
    graph = load_graph(TEXT)

    for result in (
        run_flow(graph, handlers=HANDLERS, initial_data=data),
        run_flow(graph, handlers=HANDLERS, initial_data=data, parallel_enabled=True),
        asyncio.run(run_flow_async(graph, handlers=HANDLERS, initial_data=data)),
    ):
        assert result["all.all"] == [21, 11, 10]
        assert result["some.all"] == [11]


def test_collected_outputs_are_edges_and_initial_data_are_not() -> None:
    graph = load_graph(TEXT)

    assert {str(e) for e in graph.edges} == {"left -> all", "right -> all", "left -> some"}
    assert graph.vertices["all"].inputs["parts"] == "right.n, left.n, input.first"
    assert graph.vertices["some"].inputs["parts"] == "left.n,"
    assert validate_graph(graph) == []
    assert load_graph(dump_graph_to_yaml(graph)) == graph


def test_initial_data_that_are_missing_are_found_before_anything_runs() -> None:
    with pytest.raises(
        DataResolutionError, match=r"`first` of vertex `left`, taken as `input\.first`"
    ):
        run_flow(load_graph(TEXT), handlers=HANDLERS, initial_data={"start": 1})


def test_a_vertex_called_input_is_a_vertex() -> None:
    graph = Graph([Vertex("input", lambda: {"n": 1}), Vertex("b", one, {"start": "input.n"})])

    assert run_flow(graph)["b.n"] == 2


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("[]", "not a type or a binding"),
        ("[left.n, 3]", "not a type or a binding"),
        ("[left.n, int]", "not a type or a binding"),
        ("[left.n, left.m]", "declares no output `m`"),
        ("[left.n, gone.n]", "vertex `gone`, which is not there"),
        ("[some.all]", "the vertex's own output"),
    ],
)
def test_a_list_holds_bindings_only(value: str, error: str) -> None:
    with pytest.raises(DocumentError, match=error):
        load_graph(TEXT.replace("[left.n]", value))
