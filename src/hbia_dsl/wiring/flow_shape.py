"""The checks of a flow's graph as a whole: no cycles, and groups that can run as one."""

from collections.abc import Sequence
from typing import Final

from hbia_dsl.graph.adjacency import adjacency_of_predecessors
from hbia_dsl.graph.cycle import shortest_cycle
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.stages import stages
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.wiring.problems import AFTER_VERTICES, Problems

MOST_CYCLES: Final = 10
"""How many cycles one report shows."""


def check_shape(
    graph: Graph, predecessors: Sequence[tuple[int, ...]], problems: Problems
) -> tuple[str, ...]:
    """Report cycles and groups that are not convex.

    Args:
        graph: The graph of the flow.
        predecessors: By vertex, in the order of the graph: the numbers of its predecessors.
        problems: Takes what is found.

    Returns:
        The vertices on the first cycle; empty if there is none.
    """
    if sum(map(len, stages(adjacency_of_predecessors(predecessors)))) == len(predecessors):
        if graph.atomic_groups:
            for diagnostic in GraphTopology(graph).group_diagnostics():
                problems.add(AFTER_VERTICES, diagnostic)
        return ()
    # A cycle makes paths that leave a group and come back, so groups are looked at without one.
    return _report_cycles(graph, predecessors, problems)


def _report_cycles(
    graph: Graph, rows: Sequence[tuple[int, ...]], problems: Problems
) -> tuple[str, ...]:
    """Report cycles that share no vertex: mending one leaves the others as they are."""
    names = tuple(graph.vertices)
    topology = GraphTopology(graph)
    first: tuple[str, ...] = ()
    for _ in range(MOST_CYCLES):
        cycle = shortest_cycle(adjacency_of_predecessors(rows))
        if cycle is None:
            break
        on_cycle = [names[number] for number in cycle]
        first = first or tuple(on_cycle)
        problems.add(AFTER_VERTICES, topology.cycle_diagnostic(on_cycle))
        taken = set(cycle)
        rows = [
            () if vertex in taken else tuple(n for n in row if n not in taken)
            for vertex, row in enumerate(rows)
        ]
    return first
