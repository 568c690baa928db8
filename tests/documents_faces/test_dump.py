"""A graph written as a document loads as the same graph, whatever it is called and holds."""

import functools
import os
import types
from collections.abc import Callable
from typing import Any, Final

import pytest
import yaml

from hbia_dsl import AtomicGroup, Edge, Flow, Graph, Vertex, validate_graph, vertex
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.errors import DocumentError, GraphError
from hbia_dsl.graph.input_text import is_collected
from written_graphs import written_graph

GRAPHS: Final = 5_000 if os.environ.get("HBIA_LONG") == "1" else 400


def save(rows: object) -> dict[str, object]:
    return {"count": rows}


def undo(inputs: object, output: object) -> None:
    return None


def _vertex(name: str, **keys: object) -> Vertex:
    return Vertex(name, **{"handler": f"app.{name}", **keys})  # type: ignore[arg-type]  # the keywords of a vertex


def _refusal(graph: Graph) -> str:
    with pytest.raises(DocumentError) as caught:
        dump_graph_to_yaml(graph)
    return str(caught.value)


@pytest.mark.parametrize("first", range(0, GRAPHS, 100))
def test_loading_what_was_dumped_gives_an_equal_graph_and_dumping_that_the_same_text(
    first: int,
) -> None:
    for seed in range(first, first + 100):
        _check_round_trip(written_graph(seed))


def _check_round_trip(graph: Graph) -> None:
    text = dump_graph_to_yaml(graph)
    loaded = load_graph(text)

    assert loaded == graph
    assert list(loaded.flows) == list(graph.flows)
    assert {v.name: v.handler for v in loaded.vertices.values()} == {
        v.name: v.handler for v in graph.vertices.values()
    }
    assert dump_graph_to_yaml(loaded) == text


def test_any_yaml_reader_takes_names_and_constants_for_what_they_are() -> None:
    for seed in range(GRAPHS // 4):
        _check_reading(written_graph(seed))


def _check_reading(graph: Graph) -> None:
    data = yaml.safe_load(dump_graph_to_yaml(graph))

    for name, members in graph.flows.items():
        assert tuple(data["flow"][name]) == members
        for member in members:
            written = data["flow"][name][member]
            vertex = graph.vertices[member]
            constants = {p: {"value": value} for p, value in vertex.constants.items()}
            inputs = {p: _read_back(text) for p, text in vertex.inputs.items()}
            assert written.get("inputs", {}) == {**inputs, **constants}
            assert repr(written.get("version")) == repr(vertex.version)


@vertex
def _total(rows: int) -> int:
    return rows


@pytest.mark.parametrize(
    ("given", "kind", "help_"),
    [
        (None, "NoneType", "put one together with `Graph`, or load one with `load_graph`"),
        ("flow: {}", "str", "put one together with `Graph`, or load one with `load_graph`"),
        (Flow.of("f", _total), "Flow", "give it the graph that it has: {call}(x.graph)"),
    ],
)
@pytest.mark.parametrize("call", [dump_graph_to_yaml, validate_graph])
def test_what_is_no_graph_is_told_so(
    call: Callable[[Any], object], given: object, kind: str, help_: str
) -> None:
    with pytest.raises(GraphError) as error:
        call(given)

    name = call.__name__
    told = error.value.diagnostic
    assert told.message == f"`{name}` takes a `Graph`, not a {kind}"
    assert told.help == help_.format(call=name)


def _read_back(text: str) -> str | list[str]:
    """Return how a document gives an input: several bindings are a list."""
    if not is_collected(text):
        return text
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def test_a_document_reads_well() -> None:
    graph = Graph(
        [
            _vertex("fetch", inputs={"url": "str"}, outputs={"rows": "list[dict]"}, effect="pure"),
            Vertex(
                "save",
                save,
                {"rows": "fetch.rows"},
                {"count": "int"},
                "2.0",
                constants={"most": 3, "modes": ["a", "on"]},
                compensate=undo,
            ),
        ],
        [Edge("fetch", "save")],
        [AtomicGroup("store", ("save",), "compensate")],
    )
    graph.add_flow("nightly", ("fetch", "save"))

    assert dump_graph_to_yaml(graph) == (
        """\
flow:
  nightly:
    fetch:
      handler: app.fetch
      effect: pure
      inputs:
        url: str
      outputs:
        rows: list[dict]
      next: [save]

    save:
      handler: MODULE.save
      effect: side_effect
      version: "2.0"
      inputs:
        rows: fetch.rows
        most: {value: 3}
        modes: {value: [a, "on"]}
      outputs:
        count: int
      compensate: MODULE.undo

atomic_groups:
  store:
    vertices: [save]
    on_failure: compensate
    no_cache: true
    no_parallel: true
""".replace("MODULE", __name__)
    )


def test_a_graph_without_named_flows_gets_one() -> None:
    graph = Graph([_vertex("a")])

    assert dict(load_graph(dump_graph_to_yaml(graph)).flows) == {"main": ("a",)}
    assert dict(load_graph(dump_graph_to_yaml(graph, flow_name="yes")).flows) == {"yes": ("a",)}


def test_an_output_that_is_bound_but_not_declared_is_declared() -> None:
    graph = Graph([_vertex("a"), _vertex("b", inputs={"x": "a.rows"})], [Edge("a", "b")])

    loaded = load_graph(dump_graph_to_yaml(graph))

    assert dict(loaded.vertices["a"].outputs) == {"rows": "any"}


def test_a_type_that_documents_do_not_know_is_any_of_them() -> None:
    graph = Graph([_vertex("a", inputs={"user": "User", "f": "Callable[..., int]"})])

    text = dump_graph_to_yaml(graph)

    assert dict(load_graph(text).vertices["a"].inputs) == {"user": "any", "f": "any"}
    assert dump_graph_to_yaml(load_graph(text)) == text


def test_a_function_is_written_by_its_path_wherever_it_is_defined() -> None:
    def local() -> None: ...

    class Service:
        @classmethod
        def call(cls) -> None: ...

        @staticmethod
        def ring() -> None: ...

    graph = Graph([Vertex("a", local), Vertex("b", Service.call), Vertex("c", Service.ring)])

    loaded = load_graph(dump_graph_to_yaml(graph))

    paths = [f"{__name__}.{name}" for name in ("local", "Service.call", "Service.ring")]
    assert [vertex.handler for vertex in loaded.vertices.values()] == paths


class _Callable:
    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("handler", "shown"),
    [
        (lambda: None, "a lambda"),
        (functools.partial(save, 1), "`partial`"),
        (_Callable(), "`_Callable`"),
        (types.MethodType(save, object()), "`save`"),
        (len, "`len`"),
    ],
)
def test_a_function_that_no_path_leads_to_is_refused(handler: object, shown: str) -> None:
    graph = Graph([Vertex("a", handler)])  # type: ignore[arg-type]  # all of them can be called

    assert f"the handler of vertex `a` is {shown}" in _refusal(graph)


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({1, 2}, "a value of type set"),
        ([(1,)], "a value of type tuple"),
        (b"", "a value of type bytes"),
        (float("inf"), "a number that is not finite"),
        ({1: 2}, "a dict with a key of type int"),
        ("\ud800", "a text with a lone surrogate"),
        (_nested(31), "more than 30 lists"),
    ],
)
def test_a_constant_that_yaml_does_not_have_is_refused(value: object, shown: str) -> None:
    graph = Graph([_vertex("a", constants={"limit": value})])

    assert f"the constant `limit` of vertex `a` is {shown}" in _refusal(graph)


def test_every_reason_is_told_at_once() -> None:
    graph = Graph(
        [
            Vertex("a"),
            Vertex("b", lambda: None),
            _vertex("c", inputs={"x": "int"}, constants={"x": 1}),
            _vertex("d"),
            _vertex("e"),
        ]
    )
    graph.add_flow("one", ("a", "b", "c", "d"))
    graph.add_flow("two", ("d",))

    text = _refusal(graph)

    assert text.count("error[HB420]") == 5
    for part in (
        "vertex `d` is in flows `one` and `two`",
        "vertex `e` is in none of the graph's flows",
        "vertex `a` has no handler",
        "vertex `b` is a lambda",
        "input `x` of vertex `c` is bound and a constant",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("graph", "shown"),
    [
        (Graph([_vertex("a"), _vertex("b")], [Edge("a", "b"), Edge("b", "a")]), "wait for each"),
        (Graph([_vertex("a", inputs={"x": "b.c"})]), "vertex `b`, which is not there"),
        (Graph([_vertex("a", inputs={"not a name": "int"})]), "cannot be a parameter"),
        (Graph([Vertex("a.b", "app.save")]), "cannot be called `a.b`"),
        (Graph([Vertex("a", "save")]), "names no module"),
        (Graph([_vertex("a", effect="odd")]), "`odd`, which is none of"),
        (
            Graph([_vertex("a")], [], [AtomicGroup("g", ("a",), "compensate")]),
            "no member with a side effect says how",
        ),
        (Graph([_vertex(f"v{k:05}" + "x" * 90) for k in range(9_000)]), "1,000,000 bytes"),
    ],
)
def test_what_the_loader_would_refuse_is_never_written(graph: Graph, shown: str) -> None:
    assert shown in _refusal(graph)
