"""Execution stages: what they are, and that nothing else is.

The definition: stage k holds the vertices whose longest path from an entry has k edges.
Each test below is one sentence that follows from it.
"""

from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter

from hypothesis import example, given
from hypothesis import strategies as st

from graph_oracles import cycles, depths, edges_of, reachable, renumbered
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.stages import stages
from strategies import acyclic_graphs, any_graphs

DIAMOND = adjacency_of_edges(4, [(0, 1), (0, 2), (1, 3), (2, 3)])


@given(acyclic_graphs())
@example(DIAMOND)
def test_every_vertex_is_in_exactly_one_stage(graph: Adjacency) -> None:
    assert sorted(v for stage in stages(graph) for v in stage) == list(range(len(graph)))


@given(acyclic_graphs())
@example(DIAMOND)
def test_no_stage_is_empty(graph: Adjacency) -> None:
    assert all(stages(graph))


@given(acyclic_graphs())
@example(DIAMOND)
def test_every_edge_goes_to_a_later_stage(graph: Adjacency) -> None:
    stage_of = _stage_of(graph)

    assert all(stage_of[source] < stage_of[target] for source, target in edges_of(graph))


@given(acyclic_graphs())
@example(DIAMOND)
def test_no_vertex_could_be_in_an_earlier_stage(graph: Adjacency) -> None:
    stage_of = _stage_of(graph)

    for v in range(len(graph)):
        holds_it_back = [p for p in graph.predecessors[v] if stage_of[p] == stage_of[v] - 1]
        assert holds_it_back or stage_of[v] == 0


@given(acyclic_graphs())
@example(DIAMOND)
def test_there_are_as_few_stages_as_the_longest_path_has_vertices(graph: Adjacency) -> None:
    longest = max((depth + 1 for depth in depths(graph)), default=0)

    assert len(stages(graph)) == longest


@given(acyclic_graphs())
@example(DIAMOND)
def test_declaration_order_breaks_ties(graph: Adjacency) -> None:
    assert all(stage == sorted(stage) for stage in stages(graph))


@given(acyclic_graphs(), st.data())
def test_declaration_order_never_changes_who_shares_a_stage(
    graph: Adjacency, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(graph))), label="order")

    moved = stages(renumbered(graph, order))

    assert [set(stage) for stage in moved] == [{order[v] for v in s} for s in stages(graph)]


@given(acyclic_graphs())
@example(DIAMOND)
def test_a_stage_is_what_the_definition_says(graph: Adjacency) -> None:
    by_depth: dict[int, list[int]] = {}
    for v, depth in enumerate(depths(graph)):
        by_depth.setdefault(depth, []).append(v)

    assert stages(graph) == [by_depth[depth] for depth in sorted(by_depth)]


@given(acyclic_graphs())
def test_the_standard_library_finds_the_same_stages(graph: Adjacency) -> None:
    sorter = TopologicalSorter(dict(enumerate(graph.predecessors)))
    sorter.prepare()
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(sorted(ready))
        sorter.done(*ready)

    assert stages(graph) == found


@given(any_graphs(most=6))
def test_what_is_on_a_cycle_or_after_one_is_in_no_stage(graph: Adjacency) -> None:
    on_cycles = {v for cycle in cycles(graph) for v in cycle}
    after_cycles = {v for start in on_cycles for v in reachable(graph, start)}

    staged = {v for stage in stages(graph) for v in stage}

    assert staged == set(range(len(graph))) - on_cycles - after_cycles


class CountedRows(Sequence[Sequence[int]]):
    """Rows of neighbours that count how often one is taken."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.rows = rows
        self.taken = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Sequence[int]:  # type: ignore[override]  # no slices here
        self.taken += 1
        return self.rows[index]

    def __iter__(self) -> Iterator[Sequence[int]]:
        for row in self.rows:
            self.taken += 1
            yield row


@given(acyclic_graphs(most=30))
def test_every_row_of_neighbours_is_taken_once_so_the_work_is_linear(graph: Adjacency) -> None:
    successors, predecessors = CountedRows(graph.successors), CountedRows(graph.predecessors)

    stages(Adjacency(successors, predecessors))

    assert (successors.taken, predecessors.taken) == (len(graph), len(graph))


def _stage_of(graph: Adjacency) -> dict[int, int]:
    return {v: number for number, stage in enumerate(stages(graph)) for v in stage}
