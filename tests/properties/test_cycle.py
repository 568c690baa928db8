"""The witness of a cycle: real, shortest, and found however large the graph is."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import hbia_dsl.graph.cycle
from graph_oracles import cycles, edges_of, renumbered
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.cycle import shortest_cycle
from strategies import acyclic_graphs, any_graphs

TWO_CYCLES = adjacency_of_edges(5, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3)])


@given(any_graphs())
@example(TWO_CYCLES)
def test_a_found_cycle_is_one(graph: Adjacency) -> None:
    cycle = shortest_cycle(graph)
    assume(cycle)

    assert cycle is not None
    assert len(set(cycle)) == len(cycle)
    assert set(zip(cycle, [*cycle[1:], cycle[0]], strict=True)) <= set(edges_of(graph))


@given(any_graphs(most=6))
@example(TWO_CYCLES)
def test_no_cycle_is_shorter_than_the_found_one(graph: Adjacency) -> None:
    shortest = next(cycles(graph), None)

    found = shortest_cycle(graph)

    assert (found is None) == (shortest is None)
    assert found is None or shortest is None or len(found) == len(shortest)


@given(any_graphs())
@example(TWO_CYCLES)
def test_a_cycle_begins_with_its_first_declared_vertex(graph: Adjacency) -> None:
    cycle = shortest_cycle(graph)

    assert cycle is None or cycle[0] == min(cycle)


@given(acyclic_graphs())
def test_a_graph_without_cycles_has_no_shortest_one(graph: Adjacency) -> None:
    assert shortest_cycle(graph) is None


@given(any_graphs(), st.data())
def test_declaration_order_never_changes_how_long_it_is(
    graph: Adjacency, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(graph))), label="order")

    assert len(shortest_cycle(renumbered(graph, order)) or ()) == len(shortest_cycle(graph) or ())


def test_thousands_of_vertices_between_two_cycles_do_not_hide_them() -> None:
    # They are declared first and lie on paths from a cycle to a cycle, but on none themselves.
    between = range(5_000)
    ring, other_ring = (5_000, 5_001, 5_002), (5_003, 5_004, 5_005)
    edges = [(ring[i], ring[(i + 1) % 3]) for i in range(3)]
    edges += [(other_ring[i], other_ring[(i + 1) % 3]) for i in range(3)]
    edges += [(ring[0], v) for v in between] + [(v, other_ring[0]) for v in between]

    assert shortest_cycle(adjacency_of_edges(5_006, edges)) == list(ring)


@pytest.mark.parametrize("limit_edges", [0, 1, 40])
def test_a_search_that_is_cut_short_still_shows_a_real_cycle(
    monkeypatch: pytest.MonkeyPatch, limit_edges: int
) -> None:
    monkeypatch.setattr(hbia_dsl.graph.cycle, "SEARCH_LIMIT_EDGES", limit_edges)
    count = 30
    ring = [(v, (v + 1) % count) for v in range(count)]

    assert shortest_cycle(adjacency_of_edges(count, ring)) == list(range(count))


def test_the_search_for_a_shorter_cycle_is_given_up_in_time() -> None:
    # Every vertex of this ring is a start; without a limit it would be followed 20,000 times.
    count = 20_000
    graph = adjacency_of_edges(count, [(v, (v + 1) % count) for v in range(count)])
    search = hbia_dsl.graph.cycle.CycleSearch(graph)

    search.inside(list(range(count)))

    assert len(search.best) == count
    assert search.followed <= hbia_dsl.graph.cycle.SEARCH_LIMIT_EDGES + count
