"""Documents and hand-made graphs run: constants, richer types, handlers by path."""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest

from hbia_dsl import Graph, Vertex, run_flow, run_flow_async
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.errors import (
    ContractInputError,
    ContractOutputError,
    DataResolutionError,
    FlowFailed,
    HandlerResolutionError,
)
from hbia_dsl.graph.edge import Edge

TEXT: Final = """\
flow:
  words:
    split:
      handler: app.words.split
      inputs: {text: str, separator: {value: ", "}}
      outputs: {words: "list[str]", first: "str?"}
    count:
      handler: app.words.count
      inputs: {words: split.words, weights: {value: {a: 2, b: [3]}}}
      outputs: {total: int | float}
  other:
    alone: {handler: app.words.alone, inputs: {n: int}, outputs: {n: int}}
"""


def split(text: str, separator: str) -> dict[str, object]:
    words = text.split(separator)
    return {"words": words, "first": words[0] or None}


async def count(words: list[str], weights: dict[str, object]) -> dict[str, object]:
    weights["seen"] = True  # what a handler does to a constant stays in its run
    return {"total": len(words) * len(weights)}


def alone(n: int) -> dict[str, int]:
    return {"n": n}


HANDLERS: Final[dict[str, Callable[..., object]]] = {"split": split, "count": count, "alone": alone}


@pytest.mark.parametrize("parallel", [False, True])
def test_a_document_runs_in_every_mode_and_twice_the_same(parallel: bool) -> None:
    graph = load_graph(TEXT)
    data = {"text": "a, b", "n": 3}

    for _ in range(2):
        result = run_flow(
            graph,
            handlers=HANDLERS,
            initial_data=data,
            parallel_enabled=parallel,
            async_enabled=True,
        )
        assert dict(result) == {
            "split.words": ["a", "b"],
            "split.first": "a",
            "count.total": 6,
            "alone.n": 3,
        }
    assert graph == load_graph(TEXT)


def test_one_flow_of_a_document_runs_alone() -> None:
    result = asyncio.run(
        run_flow_async(load_graph(TEXT), "words", HANDLERS, {"words.text": 1, "split.text": ""})
    )

    assert list(result) == ["split.words", "split.first", "count.total"]


def test_initial_data_may_name_the_vertex() -> None:
    result = run_flow(load_graph(TEXT), "other", HANDLERS, {"alone.n": 1, "n": 2})

    assert result["alone.n"] == 1


def test_initial_data_are_checked_against_richer_types() -> None:
    graph = Graph([Vertex("a", lambda n: {}, inputs={"n": "list[int?]"})])

    run_flow(graph, initial_data={"n": [1, None]})
    with pytest.raises(ContractInputError, match=r"`n` is not `list\[int\?\]`"):
        run_flow(graph, initial_data={"n": [1, "2"]})


@pytest.mark.parametrize(
    ("declared", "good", "bad"),
    [
        ("str?", None, 1),
        ("str", "x", None),
        ("list[int]", [1], ["1"]),
        ("dict[str, int]", {"a": 1}, {"a": "1"}),
        ("tuple[int, str]", (1, "x"), (1, 2)),
        ("tuple[int, ...]", (1, 2, 3), (1, "x")),
        ("int | str", "x", 1.5),
        ("set[int]?", {1}, [1]),
        ("none", None, 0),
    ],
)
def test_outputs_are_checked_against_richer_types(declared: str, good: object, bad: object) -> None:
    def graph(value: object) -> Graph:
        return Graph([Vertex("a", lambda: {"x": value}, outputs={"x": declared})])

    assert run_flow(graph(good))["a.x"] == good
    with pytest.raises(FlowFailed) as caught:
        run_flow(graph(bad))
    assert isinstance(caught.value.root, ContractOutputError)


@pytest.mark.parametrize("declared", ["any", "any?", "list[any]", "User", "list[User]"])
def test_any_and_types_that_a_hand_made_graph_alone_knows_are_not_checked(declared: str) -> None:
    graph = Graph([Vertex("a", lambda: {"x": [object()]}, outputs={"x": declared})])

    assert run_flow(graph)


def test_dots_in_the_brackets_of_a_type_are_no_binding() -> None:
    graph = Graph([Vertex("a", lambda t: {"x": t}, inputs={"t": "tuple[int, ...]"})])

    assert run_flow(graph, initial_data={"t": (1, 2)})["a.x"] == (1, 2)


def test_a_constant_of_a_hand_made_graph_reaches_its_handler() -> None:
    graph = Graph([Vertex("a", lambda limit: {"x": limit}, constants={"limit": [1]})])

    result = run_flow(graph)

    assert result["a.x"] == [1]
    assert result["a.x"] is not graph.vertices["a"].constants["limit"]


def test_a_constant_goes_before_initial_data() -> None:
    graph = Graph([Vertex("a", lambda limit: {"x": limit}, constants={"limit": 1})])

    assert run_flow(graph, initial_data={"limit": 2, "a.limit": 3})["a.x"] == 1


def test_a_constant_that_the_handler_does_not_take_is_refused() -> None:
    graph = Graph([Vertex("a", lambda limit: {"x": limit}, constants={"limits": 1})])

    with pytest.raises(HandlerResolutionError, match="does not take its input `limits`"):
        run_flow(graph)


def test_a_constant_that_is_declared_too_is_refused() -> None:
    vertex = Vertex("a", lambda n: {}, inputs={"n": "int"}, constants={"n": 1})

    with pytest.raises(DataResolutionError, match="declared as `int` and is a constant too"):
        run_flow(Graph([vertex]), initial_data={"n": 1})


def test_equality_sees_constants_and_compensation() -> None:
    def graph(constant: object, undo: str | None) -> Graph:
        return Graph([Vertex("a", constants={"n": constant}, compensate=undo)])

    assert graph([1], "m.undo") == graph([1], "m.undo")
    assert graph([1], "m.undo") != graph([2], "m.undo")
    assert graph([1], "m.undo") != graph([1], None)
    assert hash(Vertex("a", constants={"n": [1]})) == hash(Vertex("a", constants={"n": [1]}))


def test_constants_change_with_nothing_that_was_given() -> None:
    given: dict[str, list[int]] = {"n": [1]}
    vertex = Vertex("a", constants=given)

    given["n"].append(2)

    assert vertex.constants == {"n": [1]}
    with pytest.raises(TypeError):
        vertex.constants["m"] = 1  # type: ignore[index]  # that it cannot be written is the point


def test_handler_paths_of_a_document_are_not_followed_by_themselves() -> None:
    with pytest.raises(HandlerResolutionError, match="paths are not imported"):
        run_flow(load_graph(TEXT), initial_data={"text": "", "n": 1})


def test_edges_and_bindings_order_a_run_together() -> None:
    ran: list[str] = []
    graph = Graph(
        [Vertex(name, lambda name=name: ran.append(name)) for name in "cba"],
        [Edge("a", "b"), Edge("b", "c")],
    )

    run_flow(graph)

    assert ran == ["a", "b", "c"]


def test_several_bindings_are_a_list_and_input_names_what_the_run_gives() -> None:
    graph = load_graph(
        "flow:\n  f:\n"
        "    a: {handler: m.a, inputs: {x: input.town}, outputs: {x: str}}\n"
        "    b: {handler: m.b, outputs: {x: str}}\n"
        "    c: {handler: m.c, inputs: {xs: [b.x, a.x], one: [a.x]}, outputs: {xs: list}}\n"
    )
    handlers: dict[str, Callable[..., object]] = {
        "a": lambda x: {"x": x},
        "b": lambda: {"x": "b"},
        "c": lambda xs, one: {"xs": [*xs, *one]},
    }

    assert run_flow(graph, handlers=handlers, initial_data={"town": "Kiel"})["c.xs"] == [
        "b",
        "Kiel",
        "Kiel",
    ]
    assert [str(edge) for edge in graph.edges] == ["b -> c", "a -> c"]
