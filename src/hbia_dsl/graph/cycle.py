"""A shortest cycle: the witness that a graph has no order.

Any cycle proves the point; a shortest one is what a person can mend.
"""

from hbia_dsl.graph.adjacency import Adjacency
from hbia_dsl.graph.components import components

SEARCH_LIMIT_EDGES = 1_000_000
"""How many edges are followed in search of a shorter cycle, so that a report is quick."""


def shortest_cycle(graph: Adjacency) -> list[int] | None:
    """Find a shortest cycle.

    A breadth-first search from a vertex finds the shortest way back to it; the
    shortest of all these is a shortest cycle. Only the strongly connected components
    are searched, small ones first: each of their vertices lies on a cycle, and a small
    component has no long ones.

    Returns:
        Its vertices in the direction of the edges, the smallest number first; None if
        the graph is acyclic. In a graph with so many cycles that `SEARCH_LIMIT_EDGES`
        is reached it is the shortest one found till then.

    Complexity:
        O(V + E) if acyclic; else O(C F) more for components of C vertices and F edges,
        and never more than the limit and one search.

    Source:
        Itai and Rodeh, Finding a minimum circuit in a graph, SIAM J. Comput. 7(4),
        1978, doi:10.1137/0207033.
    """
    search = CycleSearch(graph)
    for component in sorted(_cyclic_components(graph), key=lambda c: (len(c), c)):
        search.inside(component)
    return _from_smallest(search.best) if search.best else None


def shortest_cycles(graph: Adjacency) -> list[list[int]]:
    """Find a shortest cycle in each strongly connected component that has one.

    Returns:
        Cycles as `shortest_cycle` gives them, in the order of their smallest numbers. The
        search for shorter ones follows `SEARCH_LIMIT_EDGES` edges in all of them together.
    """
    found = []
    followed = 0
    for component in _cyclic_components(graph):
        search = CycleSearch(graph)
        search.followed = followed
        search.inside(component)
        followed = search.followed
        found.append(_from_smallest(search.best))
    return sorted(found)


def _cyclic_components(graph: Adjacency) -> list[list[int]]:
    return [c for c in components(graph) if len(c) > 1 or c[0] in graph.successors[c[0]]]


def _from_smallest(cycle: list[int]) -> list[int]:
    turn = cycle.index(min(cycle))
    return cycle[turn:] + cycle[:turn]


class CycleSearch:
    """Searches from one vertex after another; each has to beat the best so far."""

    __slots__ = ("best", "followed", "graph")

    def __init__(self, graph: Adjacency) -> None:
        self.graph = graph
        self.best: list[int] = []
        self.followed = 0
        """How many edges were looked at."""

    def inside(self, component: list[int]) -> None:
        """Search from every vertex of a component in turn."""
        left = set(component)
        for start in component:
            if len(self.best) == 1 or (self.best and self.followed > SEARCH_LIMIT_EDGES):
                return
            self._from_vertex(start, left)
            left.discard(start)  # no cycle through it is shorter than the best now

    def _from_vertex(self, start: int, left: set[int]) -> None:
        """Take the shortest path from `start` back to it, if it is shorter than the best."""
        came_from: dict[int, int] = {}
        layer = [start]
        length = 1
        while layer and (not self.best or length < len(self.best)):
            following = []
            for vertex in layer:
                row = self.graph.successors[vertex]
                self.followed += len(row)
                for successor in row:
                    if successor == start:
                        self.best = _path_back(came_from, start, vertex)
                        return
                    if successor in left and successor not in came_from:
                        came_from[successor] = vertex
                        following.append(successor)
            layer = following
            length += 1


def _path_back(came_from: dict[int, int], start: int, end: int) -> list[int]:
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
