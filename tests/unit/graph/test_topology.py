"""What follows from a graph's shape, asked by name: stages, entries, ancestors, groups."""

from collections.abc import Callable

import pytest

from hbia_dsl import AtomicGroup, Edge, Graph, GraphTopology, Vertex
from hbia_dsl.errors import AtomicBoundaryError, GraphCycleError, VertexNotFoundError, WiringError


def graph_of(names: str, edges: str = "", **groups: str) -> Graph:
    """Make a graph of vertices with one letter each, edges like "ab" and groups of letters."""
    return Graph(
        [Vertex(name) for name in names],
        [Edge(*pair) for pair in edges.split()],
        [AtomicGroup(name, members) for name, members in groups.items()],
    )


def letters(vertices: list[Vertex]) -> str:
    """The names of one-letter vertices."""
    return "".join(vertex.name for vertex in vertices)


def units(stages: list[list[tuple[Vertex, ...]]]) -> list[list[str]]:
    """The names in each unit of each stage."""
    return [[letters(list(unit)) for unit in stage] for stage in stages]


DIAMOND = graph_of("abcd", "ab ac bd cd")


def test_stages_hold_the_vertices_themselves() -> None:
    stages = GraphTopology(DIAMOND).execution_stages()

    assert stages == [
        [Vertex("a")],
        [Vertex("b"), Vertex("c")],
        [Vertex("d")],
    ]


def test_declaration_order_counts_inside_a_stage_and_the_order_of_edges_does_not() -> None:
    stages = GraphTopology(graph_of("dcba", "ab cd ad cb")).execution_stages()

    assert [letters(stage) for stage in stages] == ["ca", "db"]


def test_an_empty_graph_has_no_stages() -> None:
    topology = GraphTopology(Graph())

    assert topology.execution_stages() == []
    assert topology.scheduling_stages() == []
    assert topology.entries() == topology.exits() == topology.topological_order() == []


def test_the_topological_order_goes_stage_by_stage() -> None:
    assert letters(GraphTopology(DIAMOND).topological_order()) == "abcd"


def test_entries_follow_nothing_and_nothing_follows_exits() -> None:
    topology = GraphTopology(graph_of("xabcy", "ab ac"))

    assert letters(topology.entries()) == "xay"
    assert letters(topology.exits()) == "xbcy"


def test_ancestors_and_descendants_are_reached_over_any_number_of_edges() -> None:
    topology = GraphTopology(graph_of("abcde", "ab bc cd ae"))

    assert letters(topology.ancestors("d")) == "abc"
    assert letters(topology.descendants("b")) == "cd"
    assert topology.ancestors("a") == topology.descendants("d") == []


def test_relatives_of_a_vertex_that_is_not_there_are_refused() -> None:
    with pytest.raises(VertexNotFoundError, match="no vertex `z`"):
        GraphTopology(DIAMOND).ancestors("z")


def test_a_topology_does_not_see_what_is_added_to_its_graph_later() -> None:
    graph = graph_of("ab", "ab")
    topology = GraphTopology(graph)

    graph.add_vertex(Vertex("c"))

    assert topology.names == ("a", "b")
    assert topology.graph.is_frozen


def test_without_groups_every_vertex_is_scheduled_alone() -> None:
    assert units(GraphTopology(DIAMOND).scheduling_stages()) == [["a"], ["b", "c"], ["d"]]


def test_a_group_is_scheduled_as_one_unit_with_its_members_in_order() -> None:
    topology = GraphTopology(graph_of("cabd", "ab bc ad", pay="cba"))

    assert units(topology.scheduling_stages()) == [["abc"], ["d"]]
    assert [letters(stage) for stage in topology.execution_stages()] == ["a", "bd", "c"]


def test_a_group_waits_for_all_that_any_of_its_members_waits_for() -> None:
    topology = GraphTopology(graph_of("xab", "xb", pay="ab"))

    assert units(topology.scheduling_stages()) == [["x"], ["ab"]]


def test_a_cycle_is_drawn_vertex_by_vertex() -> None:
    topology = GraphTopology(graph_of("abcd", "ab bc ca cd da"))

    with pytest.raises(GraphCycleError) as caught:
        topology.execution_stages()

    assert caught.value.cycle == ("a", "b", "c")
    assert str(caught.value) == (
        "the graph has a cycle\n\n"
        "error[HB203]: 3 vertices wait for each other: a -> b -> c -> a\n"
        "   |\n"
        "   |  +-> a  after c\n"
        "   |  |   b  after a\n"
        "   |  +-- c  after b\n"
        "   |\n"
        "help: remove one of these dependencies, or split the vertex that needs both sides\n"
        "more: hbia explain HB203"
    )


def test_a_drawn_cycle_names_the_lines_of_its_handlers() -> None:
    def load() -> None: ...

    graph = Graph([Vertex("a", handler=load), Vertex("b")], [Edge("a", "b"), Edge("b", "a")])

    with pytest.raises(GraphCycleError) as caught:
        GraphTopology(graph).execution_stages()

    line = load.__code__.co_firstlineno
    drawing = caught.value.diagnostic.drawing
    assert drawing[0].startswith("+-> a  after b  (")
    assert drawing[0].endswith(f"test_topology.py:{line})")
    assert drawing[1] == "+-- b  after a"


@pytest.mark.parametrize(
    "ask",
    [
        GraphTopology.execution_stages,
        GraphTopology.topological_order,
        GraphTopology.scheduling_stages,
        GraphTopology.check_acyclic,
    ],
)
def test_whoever_asks_for_an_order_of_a_cycle_is_told_of_it(
    ask: Callable[[GraphTopology], object],
) -> None:
    with pytest.raises(GraphCycleError):
        ask(GraphTopology(graph_of("ab", "ab ba")))


def test_a_cycle_error_is_caught_as_a_wiring_error_and_as_a_value_error() -> None:
    for kind in (WiringError, ValueError, ExceptionGroup):
        with pytest.raises(kind):
            GraphTopology(graph_of("ab", "ab ba")).check_acyclic()


def test_an_outsider_between_members_is_shown_on_its_path() -> None:
    topology = GraphTopology(graph_of("abc", "ab bc ac", pay="ac"))

    with pytest.raises(AtomicBoundaryError) as caught:
        topology.scheduling_stages()

    assert str(caught.value) == (
        "an atomic group cannot run as one unit\n\n"
        "error[HB211]: `b` lies between members of atomic group `pay`: a -> b -> c\n"
        "   |\n"
        "   |  | a\n"
        "   |    b\n"
        "   |  | c\n"
        "   |\n"
        "   = note: the group runs as one unit, so `b` would wait for itself\n"
        "help: add `b` to the group, or take one of the members out of it\n"
        "more: hbia explain HB211"
    )


def test_every_group_with_an_outsider_is_reported_at_once() -> None:
    topology = GraphTopology(graph_of("abcdef", "ab bc de ef", pay="ac", ship="df"))

    with pytest.raises(AtomicBoundaryError) as caught:
        topology.check_groups()

    assert [d.message.split(":")[0] for d in caught.value.diagnostics] == [
        "`b` lies between members of atomic group `pay`",
        "`e` lies between members of atomic group `ship`",
    ]


def test_groups_that_wait_for_each_other_are_reported() -> None:
    topology = GraphTopology(graph_of("abcd", "ab cd", pay="ad", ship="bc"))

    with pytest.raises(AtomicBoundaryError) as caught:
        topology.scheduling_stages()

    assert caught.value.diagnostic.message == (
        "atomic groups wait for each other: "
        "group `pay` (a, d) -> group `ship` (b, c) -> group `pay` (a, d)"
    )


def test_groups_that_wait_for_each_other_over_an_outsider_name_it_too() -> None:
    topology = GraphTopology(graph_of("abxcd", "ax xb cd", pay="ad", ship="bc"))

    with pytest.raises(AtomicBoundaryError) as caught:
        topology.check_groups()

    assert caught.value.diagnostic.message == (
        "atomic groups wait for each other: "
        "group `pay` (a, d) -> `x` -> group `ship` (b, c) -> group `pay` (a, d)"
    )


def test_groups_that_can_run_as_units_are_not_reported() -> None:
    topology = GraphTopology(graph_of("abcd", "ab bc cd", pay="bc"))

    topology.check_groups()

    assert list(topology.group_diagnostics()) == []


def test_a_group_that_falls_into_parts_can_run_and_is_described() -> None:
    topology = GraphTopology(graph_of("abcd", "ab cd", pay="abcd"))

    topology.check_groups()

    (found,) = topology.group_diagnostics()
    assert found.message == (
        "atomic group `pay` falls into 2 parts: nothing in it leads from one to the other of "
        "`a` and `c`"
    )
