"""Graphs put together by hand: what they take, refuse, remember and are equal to."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from hbia_dsl import AtomicGroup, Edge, Graph, Vertex
from hbia_dsl.errors import (
    EdgeInvalidError,
    GraphError,
    HbiaError,
    VertexAlreadyExistsError,
    VertexNotFoundError,
)


def pair() -> Graph:
    """Two vertices, one after the other."""
    graph = Graph()
    graph.add_vertex(Vertex("load"))
    graph.add_vertex(Vertex("save"))
    graph.add_edge(Edge("load", "save"))
    return graph


def test_vertices_edges_and_groups_come_out_in_the_order_they_were_added() -> None:
    graph = Graph([Vertex("c"), Vertex("a"), Vertex("b")])
    graph.add_edge(Edge("c", "b"))
    graph.add_edge(Edge("a", "b"))
    graph.add_atomic_group(AtomicGroup("second", ["b"]))
    graph.add_atomic_group(AtomicGroup("first", ["a"]))

    assert list(graph.vertices) == ["c", "a", "b"]
    assert [str(edge) for edge in graph.edges] == ["c -> b", "a -> b"]
    assert list(graph.atomic_groups) == ["second", "first"]


def test_a_graph_is_made_of_what_another_graph_has_by_name() -> None:
    graph = pair()
    graph.add_atomic_group(AtomicGroup("both", ["load", "save"]))

    assert Graph(graph.vertices, graph.edges, graph.atomic_groups) == graph
    assert Graph(vertices=graph.vertices).vertices == graph.vertices


@pytest.mark.parametrize(
    ("part", "message", "help_"),
    [
        (
            {"vertices": ["a"]},
            "what is added must be of class `Vertex`, not str",
            'write Vertex("name", handler)',
        ),
        (
            {"vertices": {"a": "app.a"}},
            "what is added must be of class `Vertex`, not str",
            'write Vertex("name", handler)',
        ),
        (
            {"edges": [("a", "b")]},
            "what is added must be of class `Edge`, not tuple",
            'write Edge("before", "after")',
        ),
        (
            {"atomic_groups": [["a"]]},
            "what is added must be of class `AtomicGroup`, not list",
            'write AtomicGroup("name", ["member"])',
        ),
    ],
)
def test_a_part_of_a_wrong_kind_is_told_so(part: dict[str, Any], message: str, help_: str) -> None:
    with pytest.raises(GraphError) as error:
        Graph(**part)

    assert (error.value.diagnostic.message, error.value.diagnostic.help) == (message, help_)


def test_an_edge_added_twice_counts_once() -> None:
    graph = pair()

    graph.add_edge(Edge("load", "save"))

    assert graph.edges == (Edge("load", "save"),)


def test_neighbours_are_known_as_soon_as_their_edge_is_added() -> None:
    graph = pair()
    assert graph.successors("load") == ("save",)

    graph.add_vertex(Vertex("mail"))
    graph.add_edge(Edge("load", "mail"))

    assert graph.successors("load") == ("save", "mail")
    assert graph.predecessors("mail") == ("load",)
    assert graph.predecessors("load") == ()


@pytest.mark.parametrize(
    ("add", "error", "message", "help_"),
    [
        (
            lambda g: g.add_vertex(Vertex("load")),
            VertexAlreadyExistsError,
            "the graph has a vertex `load` already",
            "give one of the two another name",
        ),
        (
            lambda g: g.add_edge(Edge("load", "sav")),
            EdgeInvalidError,
            "edge `load -> sav` needs a vertex `sav`, which the graph does not have",
            "did you mean `save`?",
        ),
        (
            lambda g: g.add_edge(Edge("zzz", "save")),
            EdgeInvalidError,
            "edge `zzz -> save` needs a vertex `zzz`, which the graph does not have",
            "add the vertex before its edges",
        ),
        (
            lambda g: g.add_edge(Edge("load", "load")),
            EdgeInvalidError,
            "vertex `load` cannot follow itself",
            "leave this edge out",
        ),
        (
            lambda g: g.vertex("laod"),
            VertexNotFoundError,
            "the graph has no vertex `laod`",
            "did you mean `load`?",
        ),
        (
            lambda g: g.predecessors("laod"),
            VertexNotFoundError,
            "the graph has no vertex `laod`",
            "did you mean `load`?",
        ),
        (
            lambda g: g.add_atomic_group(AtomicGroup("io", ["load", "zzz"])),
            VertexNotFoundError,
            "the graph has no vertex `zzz`",
            "add it with `add_vertex`",
        ),
        (
            lambda g: g.add_flow("nightly", ["load", "sav"]),
            VertexNotFoundError,
            "the graph has no vertex `sav`",
            "did you mean `save`?",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(
    add: Callable[[Graph], object], error: type[HbiaError], message: str, help_: str
) -> None:
    with pytest.raises(error) as caught:
        add(pair())

    assert caught.value.diagnostic.message == message
    assert caught.value.diagnostic.help == help_


def test_a_refusal_points_at_the_users_line() -> None:
    with pytest.raises(GraphError) as caught:
        pair().add_vertex(Vertex("load"))

    location = caught.value.diagnostic.location
    assert location is not None
    assert location.short().rpartition(":")[0].endswith("test_graph.py")


def test_a_refused_vertex_edge_or_group_changes_nothing() -> None:
    graph = pair()

    with pytest.raises(GraphError):
        graph.add_vertex(Vertex("save", version="2"))
    with pytest.raises(GraphError):
        graph.add_edge(Edge("save", "mail"))
    with pytest.raises(GraphError):
        graph.add_atomic_group(AtomicGroup("io", ["load", "mail"]))

    assert graph == pair()
    graph.add_atomic_group(AtomicGroup("io", ["load"]))


def test_a_vertex_is_in_one_group_at_the_most() -> None:
    graph = pair()
    graph.add_atomic_group(AtomicGroup("first", ["load"]))

    with pytest.raises(GraphError, match="`load` is in group `first` already"):
        graph.add_atomic_group(AtomicGroup("second", ["save", "load"]))


def test_two_groups_of_one_name_are_refused() -> None:
    graph = pair()
    graph.add_atomic_group(AtomicGroup("io", ["load"]))

    with pytest.raises(GraphError, match="has a group `io` already"):
        graph.add_atomic_group(AtomicGroup("io", ["save"]))


@pytest.mark.parametrize(
    "add",
    [
        lambda g: g.add_vertex(Vertex("mail")),
        lambda g: g.add_edge(Edge("save", "load")),
        lambda g: g.add_atomic_group(AtomicGroup("io", ["load"])),
        lambda g: g.add_flow("nightly", ["load"]),
    ],
)
def test_a_frozen_graph_takes_nothing(add: Callable[[Graph], object]) -> None:
    frozen = pair().frozen()

    with pytest.raises(GraphError, match="this graph is frozen"):
        add(frozen)

    assert frozen.is_frozen
    assert frozen == pair()


def test_a_frozen_copy_does_not_see_what_is_added_later() -> None:
    graph = pair()
    frozen = graph.frozen()

    graph.add_vertex(Vertex("mail"))
    graph.add_edge(Edge("save", "mail"))
    graph.add_flow("nightly", ["mail"])

    assert frozen == pair()
    assert frozen.successors("save") == ()


def test_a_frozen_graph_is_its_own_frozen_copy() -> None:
    frozen = pair().frozen()

    assert frozen.frozen() is frozen


def test_views_of_a_graph_cannot_be_written_to() -> None:
    graph = pair()

    for view in (graph.vertices, graph.atomic_groups, graph.flows):
        with pytest.raises(TypeError):
            view["mail"] = Vertex("mail")  # type: ignore[index]  # that it cannot is the test


def test_graphs_are_equal_if_all_their_parts_are() -> None:
    assert pair() == pair()
    assert Graph([Vertex("a"), Vertex("b")]) == Graph([Vertex("b"), Vertex("a")])


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g.add_vertex(Vertex("mail")),
        lambda g: g.add_edge(Edge("save", "load")),
        lambda g: g.add_atomic_group(AtomicGroup("io", ["load"])),
        lambda g: g.add_flow("nightly", ["load"]),
    ],
)
def test_one_part_more_makes_a_graph_another(change: Callable[[Graph], object]) -> None:
    graph = pair()

    change(graph)

    assert graph != pair()


def test_a_graph_is_equal_to_nothing_else_and_has_no_hash() -> None:
    assert pair() != "a graph"
    with pytest.raises(TypeError, match="unhashable"):
        hash(pair())


def test_a_graph_shows_its_size() -> None:
    graph = pair()
    assert repr(graph) == "Graph(2 vertices, 1 edges)"

    graph.add_atomic_group(AtomicGroup("io", ["load"]))

    assert repr(graph) == "Graph(2 vertices, 1 edges, 1 groups)"


def test_a_named_flow_holds_the_names_of_its_vertices() -> None:
    graph = pair()

    graph.add_flow("nightly", ["save", "load"])

    assert dict(graph.flows) == {"nightly": ("save", "load")}


def test_a_graph_of_checked_parts_is_frozen() -> None:
    graph = Graph.of_checked(
        {"load": Vertex("load"), "save": Vertex("save")}, {Edge("load", "save"): None}, {}
    )

    assert graph == pair()
    assert graph.is_frozen


def test_nothing_of_a_vertex_can_be_changed() -> None:
    inputs = {"x": "int"}
    vertex = Vertex("load", inputs=inputs, outputs={"y": "str"})

    inputs["x"] = "str"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        vertex.name = "save"  # type: ignore[misc]  # that it cannot is the test
    with pytest.raises(TypeError):
        vertex.outputs["y"] = "int"  # type: ignore[index]  # that it cannot is the test

    assert vertex.inputs == {"x": "int"}


def test_vertices_are_equal_if_they_declare_the_same_whatever_their_handler() -> None:
    assert Vertex("load", handler=len, inputs={"x": "int"}) == Vertex("load", inputs={"x": "int"})
    assert Vertex("load", inputs={"x": "int"}) != Vertex("load", inputs={"x": "str"})


def test_vertices_edges_and_groups_can_be_kept_in_sets() -> None:
    vertices = {Vertex("load", inputs={"x": "int"}), Vertex("load", inputs={"x": "int"})}

    assert len(vertices) == 1
    assert len({Edge("a", "b"), Edge("a", "b"), Edge("b", "a")}) == 2
    assert len({AtomicGroup("io", ["a"]), AtomicGroup("io", ("a",))}) == 1


def test_a_vertex_is_known_by_its_name_under_both_words() -> None:
    assert (Vertex("load").id, str(Vertex("load"))) == ("load", "load")


def test_a_group_names_each_member_once() -> None:
    assert AtomicGroup("io", ["load", "save", "load"]).vertices == ("load", "save")
