"""Hand-made graphs as values and as flows: names, parts, cycles, changes after a run."""

from collections.abc import Callable

import pytest

from hbia_dsl import (
    AtomicGroup,
    Edge,
    FlowResult,
    Graph,
    GraphTopology,
    Vertex,
    run_flow,
    validate_graph,
)
from hbia_dsl.errors import (
    AtomicBoundaryError,
    DataResolutionError,
    EdgeInvalidError,
    FlowNotFoundError,
    GraphCycleError,
    ResultError,
    VertexAlreadyExistsError,
)


def giving(value: object) -> Callable[[], dict[str, object]]:
    return lambda: {"out": value}


def two_flows() -> Graph:
    graph = Graph(
        [
            Vertex("a", giving(1), outputs={"out": "int"}),
            Vertex("b", lambda x: {"out": x + 1}, inputs={"x": "a.out"}),
            Vertex("c", giving(3)),
        ]
    )
    graph.add_flow("first", ["a", "b"])
    graph.add_flow("second", ["c"])
    return graph


def test_a_vertex_has_its_name_as_id() -> None:
    assert Vertex("a").id == Vertex("a").name == "a"


def test_edges_are_equal_by_their_ends_and_can_be_in_a_set() -> None:
    assert Edge("a", "b") == Edge(source="a", target="b")
    assert Edge("a", "b") != Edge("b", "a")
    assert len({Edge("a", "b"), Edge("a", "b")}) == 1


def test_a_graph_is_read_by_name() -> None:
    graph = two_flows()

    assert graph.vertices["a"].name == "a"
    assert list(graph.vertices) == ["a", "b", "c"]
    assert list(graph.flows) == ["first", "second"]


def test_misuse_of_a_graph_is_told() -> None:
    graph = Graph([Vertex("fetch")])

    with pytest.raises(VertexAlreadyExistsError, match="`fetch` already"):
        graph.add_vertex(Vertex("fetch"))
    with pytest.raises(EdgeInvalidError, match="needs a vertex `fecth`"):
        graph.add_edge(Edge("fetch", "fecth"))


def test_without_a_name_the_whole_graph_runs() -> None:
    assert dict(run_flow(two_flows())) == {"a.out": 1, "c.out": 3, "b.out": 2}


def test_a_named_flow_runs_alone() -> None:
    assert dict(run_flow(two_flows(), "first")) == {"a.out": 1, "b.out": 2}
    assert dict(run_flow(two_flows(), flow_name="second")) == {"c.out": 3}


def test_an_unknown_flow_has_a_suggestion() -> None:
    with pytest.raises(FlowNotFoundError, match="the graph has no flow `frist`") as error:
        run_flow(two_flows(), "frist")

    assert error.value.diagnostic.help == "did you mean `first`?"
    assert error.value.diagnostic.notes == ("its flows are first, second",)
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    with pytest.raises(FlowNotFoundError) as error:
        run_flow(Graph(), "first")
    assert error.value.diagnostic.help == "leave `flow_name` out to run the whole graph"


def test_a_binding_out_of_a_named_flow_is_told() -> None:
    graph = two_flows()
    graph.add_flow("half", ["b"])

    with pytest.raises(DataResolutionError, match=r"`a\.out`, which is not in this flow") as error:
        run_flow(graph, "half")

    assert error.value.diagnostic.help == "add `a` to the flow"


def test_a_cycle_of_edges_and_bindings_is_told_before_anything_runs() -> None:
    graph = Graph(
        [
            Vertex("a", giving(1), inputs={"x": "b.out"}, outputs={"out": "int"}),
            Vertex("b", giving(2), outputs={"out": "int"}),
        ],
        [Edge("a", "b")],
    )

    with pytest.raises(GraphCycleError) as error:
        run_flow(graph)

    assert error.value.cycle == ("a", "b")


def test_an_outsider_inside_a_group_is_told_before_anything_runs() -> None:
    graph = Graph([Vertex(name, giving(name)) for name in ("a", "b", "c")])
    graph.add_edge(Edge("a", "b"))
    graph.add_edge(Edge("b", "c"))
    graph.add_atomic_group(AtomicGroup("group", ("a", "c")))

    with pytest.raises(AtomicBoundaryError) as error:
        run_flow(graph)

    assert "`b` lies between members of atomic group `group`" in str(error.value)


def never(**_: object) -> dict[str, object]:
    raise AssertionError("this must not run")


@pytest.mark.parametrize(
    ("edges", "members"),
    [
        ([], ("a", "b")),
        ([Edge("a", "c"), Edge("c", "b")], ("a", "b")),
        ([Edge("c", "a"), Edge("c", "b")], ("a", "b")),
    ],
    ids=["nothing leads from one to the other", "an outsider between", "an outsider before both"],
)
@pytest.mark.parametrize("flow", [None, "main"])
def test_a_group_that_cannot_run_as_one_is_refused_as_validate_graph_says(
    edges: list[Edge], members: tuple[str, ...], flow: str | None
) -> None:
    graph = Graph([Vertex(name, never) for name in ("a", "b", "c")], edges)
    graph.add_atomic_group(AtomicGroup("group", members))
    graph.add_flow("main", ["a", "b", "c"])

    with pytest.raises(AtomicBoundaryError) as error:
        run_flow(graph, flow)

    assert [d.message for d in error.value.diagnostics] == validate_graph(graph)


def test_a_flow_of_a_graph_that_leaves_members_apart_is_refused() -> None:
    graph = Graph([Vertex(name, never) for name in "abc"], [Edge("a", "b"), Edge("b", "c")])
    graph.add_atomic_group(AtomicGroup("group", ("a", "b", "c")))
    graph.add_flow("ends", ["a", "c"])

    with pytest.raises(AtomicBoundaryError) as error:
        run_flow(graph, "ends")

    assert "atomic group `group` falls into 2 parts" in error.value.diagnostics[0].message


def test_changes_of_the_graph_after_a_run_do_not_change_the_result() -> None:
    graph = two_flows()
    result = run_flow(graph)
    before = dict(result)

    graph.add_vertex(Vertex("d", giving(4)))
    graph.add_edge(Edge("c", "d"))

    assert dict(result) == before
    assert dict(run_flow(graph)) == {**before, "d.out": 4}


def test_changes_of_the_graph_during_a_run_do_not_change_it() -> None:
    graph = Graph()

    def adding() -> dict[str, object]:
        graph.add_vertex(Vertex("late", giving(9)))
        return {}

    graph.add_vertex(Vertex("a", adding))

    assert dict(run_flow(graph)) == {}
    assert "late" in graph.vertices


def test_running_does_not_freeze_or_change_the_graph() -> None:
    graph = two_flows()
    edges = graph.edges

    run_flow(graph)

    assert graph.edges == edges
    assert not graph.is_frozen


def test_a_topology_is_that_of_the_moment_it_was_made() -> None:
    graph = Graph([Vertex("a")])
    topology = GraphTopology(graph)
    graph.add_vertex(Vertex("b"))

    assert [[v.name for v in stage] for stage in topology.execution_stages()] == [["a"]]


def test_a_result_is_a_mapping_in_canonical_order() -> None:
    result = run_flow(two_flows(), parallel_enabled=True)

    assert isinstance(result, FlowResult)
    assert list(result) == list(run_flow(two_flows()))
    assert len(result) == 3
    assert "a.out" in result
    assert "a.zzz" not in result
    assert result.get("a.zzz", 5) == 5
    assert repr(result) == "FlowResult(a.out, c.out, b.out)"


def test_a_missing_key_of_a_result_is_a_key_error_with_a_suggestion() -> None:
    result = run_flow(two_flows())

    with pytest.raises(KeyError):
        result["a.ot"]
    with pytest.raises(ResultError, match=r"has no value `a\.ot`") as error:
        result["a.ot"]
    assert error.value.diagnostic.help == "did you mean `a.out`?"
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_a_result_knows_outcomes_times_and_its_run() -> None:
    result = run_flow(two_flows())

    assert result.states == {"a": "succeeded", "c": "succeeded", "b": "succeeded"}
    assert list(result.timings) == ["a", "c", "b"]
    assert len(result.id) == 12


def test_an_empty_graph_runs_to_an_empty_result() -> None:
    assert dict(run_flow(Graph())) == {}
    assert dict(run_flow(Graph(), parallel_enabled=True, async_enabled=True)) == {}
