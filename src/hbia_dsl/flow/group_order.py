"""The waiting that the pivot of a compensating group adds: what comes after it waits for it.

Members that are not before the pivot are never taken back, so none may run before the
pivot has succeeded, also if it takes nothing of it.
"""

from collections.abc import Iterator, Mapping

from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.wiring.wired_flow import WiredVertex


def waits_for_pivots(
    topology: GraphTopology, vertices: Mapping[str, WiredVertex]
) -> Iterator[tuple[str, str]]:
    """Yield (pivot, member) for each member that has to wait for the pivot of its group."""
    for group in topology.graph.atomic_groups.values():
        told = {name: vertices[name].atomic for name in group.vertices}
        for pivot in (name for name, atomic in told.items() if atomic and atomic.is_pivot):
            before = {vertex.name for vertex in topology.ancestors(pivot)} | {pivot}
            yield from ((pivot, name) for name in group.vertices if name not in before)
