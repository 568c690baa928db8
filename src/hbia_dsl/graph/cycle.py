"""A shortest cycle: the witness that a graph has no order.

Any cycle proves the point; a shortest one is what a person can mend.
"""

from collections import deque
from collections.abc import Iterable

from hbia_dsl.graph.adjacency import Adjacency

SEARCH_LIMIT_VERTICES = 2_000
"""From how many vertices a search is started, at the most, so that a report is quick."""


def shortest_cycle(graph: Adjacency) -> list[int] | None:
    """Find a shortest cycle.

    A breadth-first search from a vertex finds the shortest way back to it; the
    shortest of all these is a shortest cycle. Only vertices that can lie on a cycle
    are searched: those left after taking away, again and again, vertices without
    predecessors or without successors.

    Returns:
        Its vertices in the direction of the edges, the smallest number first; None if
        the graph is acyclic. In graphs with more than `SEARCH_LIMIT_VERTICES` candidates
        the cycle is the shortest through the first ones.

    Complexity:
        O(V + E) if acyclic, else O(C (C + E)) for C candidates.

    Source:
        Itai and Rodeh, Finding a minimum circuit in a graph, SIAM J. Comput. 7(4),
        1978, doi:10.1137/0207033.
    """
    candidates = _on_or_between_cycles(graph)
    best: list[int] | None = None
    for start in sorted(candidates)[:SEARCH_LIMIT_VERTICES]:
        found = _shortest_return(graph, start, candidates, len(best) if best else None)
        if found is not None:
            best = found
            if len(best) == 1:
                break
    if best is None:
        return None
    turn = best.index(min(best))
    return best[turn:] + best[:turn]


def _on_or_between_cycles(graph: Adjacency) -> set[int]:
    left = set(range(len(graph)))
    for inward, outward in (
        (graph.predecessors, graph.successors),
        (graph.successors, graph.predecessors),
    ):
        count = {vertex: sum(1 for n in inward[vertex] if n in left) for vertex in left}
        free = [vertex for vertex in left if count[vertex] == 0]
        while free:
            vertex = free.pop()
            left.discard(vertex)
            for neighbour in outward[vertex]:
                if neighbour in left:
                    count[neighbour] -= 1
                    if count[neighbour] == 0:
                        free.append(neighbour)
    return left


def _shortest_return(
    graph: Adjacency, start: int, inside: set[int], below: int | None
) -> list[int] | None:
    """Return the shortest path from `start` back to it, if shorter than `below` vertices."""
    came_from: dict[int, int] = {}
    queue = deque([(start, 1)])
    while queue:
        vertex, length = queue.popleft()
        if below is not None and length >= below:
            return None
        for successor in _inside(graph.successors[vertex], inside):
            if successor == start:
                return _path_back(came_from, start, vertex)
            if successor not in came_from:
                came_from[successor] = vertex
                queue.append((successor, length + 1))
    return None


def _path_back(came_from: dict[int, int], start: int, end: int) -> list[int]:
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def _inside(vertices: Iterable[int], allowed: set[int]) -> Iterable[int]:
    return (vertex for vertex in vertices if vertex in allowed)
