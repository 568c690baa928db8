"""Strongly connected components, against the definition: who reaches each other."""

from hypothesis import given

from graph_oracles import edges_of, reachable
from hbia_dsl.graph.adjacency import Adjacency
from hbia_dsl.graph.components import components
from strategies import any_graphs


@given(any_graphs(most=9))
def test_two_vertices_share_a_component_exactly_if_they_reach_each_other(graph: Adjacency) -> None:
    reach = [reachable(graph, v) | {v} for v in range(len(graph))]
    expected = {
        frozenset(w for w in range(len(graph)) if w in reach[v] and v in reach[w])
        for v in range(len(graph))
    }

    found = components(graph)

    assert {frozenset(component) for component in found} == expected
    assert len(found) == len(expected)


@given(any_graphs(most=9))
def test_edges_between_components_go_from_an_earlier_to_a_later_one(graph: Adjacency) -> None:
    place = {v: index for index, component in enumerate(components(graph)) for v in component}

    assert all(place[source] <= place[target] for source, target in edges_of(graph))


@given(any_graphs())
def test_a_component_rises(graph: Adjacency) -> None:
    assert all(component == sorted(component) for component in components(graph))
