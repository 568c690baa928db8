"""Atomic groups as units: which can be contracted, and the path that shows why one cannot."""

from itertools import pairwise

from hypothesis import example, given

from graph_oracles import edges_of, excursions, reachable
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.condense import boundary_path, condense
from hbia_dsl.graph.cycle import shortest_cycle
from strategies import graphs_with_convex_groups, graphs_with_members

Groups = list[tuple[int, ...]]

DETOUR = adjacency_of_edges(4, [(0, 1), (1, 2), (0, 3), (3, 2)])


@given(graphs_with_convex_groups())
def test_convex_groups_leave_the_graph_without_cycles(drawn: tuple[Adjacency, Groups]) -> None:
    graph, groups = drawn

    assert shortest_cycle(condense(graph, groups).graph) is None


@given(graphs_with_convex_groups())
def test_every_vertex_is_in_the_unit_that_it_is_said_to_be_in(
    drawn: tuple[Adjacency, Groups],
) -> None:
    graph, groups = drawn

    condensed = condense(graph, groups)

    assert sorted(v for unit in condensed.units for v in unit) == list(range(len(graph)))
    assert all(v in condensed.units[condensed.unit_of[v]] for v in range(len(graph)))


@given(graphs_with_convex_groups())
def test_a_unit_is_a_whole_group_or_a_single_vertex(drawn: tuple[Adjacency, Groups]) -> None:
    graph, groups = drawn
    in_groups = {v for group in groups for v in group}
    singles = {(v,) for v in range(len(graph)) if v not in in_groups}

    units = condense(graph, groups).units

    assert set(units) == {tuple(sorted(group)) for group in groups} | singles


@given(graphs_with_convex_groups())
def test_units_are_in_the_order_of_their_first_members(drawn: tuple[Adjacency, Groups]) -> None:
    graph, groups = drawn

    firsts = [unit[0] for unit in condense(graph, groups).units]

    assert firsts == sorted(firsts)


@given(graphs_with_convex_groups())
def test_units_are_neighbours_exactly_if_members_are(drawn: tuple[Adjacency, Groups]) -> None:
    graph, groups = drawn

    condensed = condense(graph, groups)

    unit_of = condensed.unit_of
    between = {(unit_of[s], unit_of[t]) for s, t in edges_of(graph) if unit_of[s] != unit_of[t]}
    assert set(edges_of(condensed.graph)) == between


@given(graphs_with_convex_groups())
def test_a_convex_group_has_no_boundary_path(drawn: tuple[Adjacency, Groups]) -> None:
    graph, groups = drawn

    assert all(boundary_path(graph, group) is None for group in groups)


@given(graphs_with_members())
@example((DETOUR, [0, 1, 2]))
def test_there_is_a_boundary_path_exactly_if_an_outsider_lies_between_members(
    drawn: tuple[Adjacency, list[int]],
) -> None:
    graph, members = drawn
    between = [
        v
        for v in range(len(graph))
        if v not in members
        if any(v in reachable(graph, m) for m in members)
        if reachable(graph, v).intersection(members)
    ]

    assert (boundary_path(graph, members) is not None) == bool(between)


@given(graphs_with_members())
@example((DETOUR, [0, 1, 2]))
def test_a_boundary_path_is_a_shortest_one_out_and_back(
    drawn: tuple[Adjacency, list[int]],
) -> None:
    graph, members = drawn

    path = boundary_path(graph, members)

    lengths = [len(found) for found in excursions(graph, members)]
    assert (path is None) == (not lengths)
    if path is not None:
        assert set(pairwise(path)) <= set(edges_of(graph))
        assert path[0] in members
        assert path[-1] in members
        assert not set(path[1:-1]).intersection(members)
        assert len(path) == min(lengths)


@given(graphs_with_members())
def test_one_group_is_convex_exactly_if_contracting_it_makes_no_cycle(
    drawn: tuple[Adjacency, list[int]],
) -> None:
    graph, members = drawn

    is_convex = boundary_path(graph, members) is None

    assert is_convex == (shortest_cycle(condense(graph, [members]).graph) is None)
