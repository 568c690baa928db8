"""Neighbours by number say the same as the edges they were made of, in both directions."""

from hypothesis import given
from hypothesis import strategies as st

from graph_oracles import edges_of
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges, adjacency_of_predecessors
from strategies import any_graphs

edge_lists = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)))


@given(edge_lists)
def test_the_edges_come_out_as_they_went_in_each_once(edges: list[tuple[int, int]]) -> None:
    assert edges_of(adjacency_of_edges(7, edges)) == sorted(set(edges))


@given(edge_lists)
def test_predecessors_are_the_edges_seen_from_the_other_end(edges: list[tuple[int, int]]) -> None:
    graph = adjacency_of_edges(7, edges)

    turned = [(s, t) for t, row in enumerate(graph.predecessors) for s in row]

    assert sorted(turned) == sorted(set(edges))


@given(any_graphs())
def test_rows_rise(graph: Adjacency) -> None:
    for row in (*graph.successors, *graph.predecessors):
        assert list(row) == sorted(row)


@given(any_graphs())
def test_a_graph_made_of_its_predecessors_is_the_same(graph: Adjacency) -> None:
    assert adjacency_of_predecessors(graph.predecessors) == graph
