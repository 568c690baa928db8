"""Members of compensating groups that nothing takes back: a group cannot keep its word then."""

from collections.abc import Iterator

from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import Vertex

COMPENSATE = "compensate"


def undone_by_nothing(graph: Graph) -> Iterator[tuple[Vertex, AtomicGroup]]:
    """Yield each side effect in a group that compensates which says nothing of its undoing.

    Args:
        graph: The graph; of members that are not in it nothing is said.
    """
    for group in graph.atomic_groups.values():
        if group.on_failure == COMPENSATE:
            for name in group.vertices:
                vertex = graph.vertices.get(name)
                if vertex is not None and is_undone_by_nothing(vertex):
                    yield vertex, group


def is_undone_by_nothing(vertex: Vertex) -> bool:
    """Return whether a vertex, if it is in a group that compensates, breaks its rule."""
    return vertex.compensate is None and vertex.effect != "pure"
