"""One shortest cycle of every part of a graph that has cycles."""

from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.graph.adjacency import adjacency_of_edges
from hbia_dsl.graph.components import components
from hbia_dsl.graph.cycle import shortest_cycle, shortest_cycles

_COUNT = 8
_VERTICES = st.integers(0, _COUNT - 1)
_EDGES = st.lists(st.tuples(_VERTICES, _VERTICES), max_size=20)


@given(_EDGES)
def test_every_cyclic_part_has_one_cycle_along_its_edges(edges: list[tuple[int, int]]) -> None:
    graph = adjacency_of_edges(_COUNT, edges)

    found = shortest_cycles(graph)

    parts = [set(c) for c in components(graph) if len(c) > 1 or (c[0], c[0]) in edges]
    assert len(found) == len(parts)
    for cycle in found:
        assert any(set(cycle) <= part for part in parts)
        assert all((a, b) in edges for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True))
        assert cycle[0] == min(cycle)
    assert found == sorted(found)


@given(_EDGES)
def test_the_shortest_of_all_is_among_them(edges: list[tuple[int, int]]) -> None:
    graph = adjacency_of_edges(_COUNT, edges)

    shortest = shortest_cycle(graph)

    lengths = [len(cycle) for cycle in shortest_cycles(graph)]
    assert (min(lengths) if lengths else None) == (None if shortest is None else len(shortest))
