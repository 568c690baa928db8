"""Strongly connected components: the parts of a graph in which all vertices reach each other.

A component of more than one vertex is where cycles are; each of its vertices lies on one.
"""

from collections.abc import Sequence

from hbia_dsl.graph.adjacency import Adjacency


def components(graph: Adjacency) -> list[list[int]]:
    """Divide vertices into strongly connected components.

    Returns:
        Components, each with its vertices in rising order. Every edge between two
        components goes from an earlier to a later one.

    Complexity:
        O(V + E) time, and a sort inside each component.

    Source:
        Sharir, A strong-connectivity algorithm and its applications in data flow
        analysis, Computers & Mathematics with Applications 7(1), 1981,
        doi:10.1016/0898-1221(81)90008-0.
    """
    # What is finished last reaches what is finished before it, or is out of its reach. So
    # backwards along the edges, from the last one on, one finds exactly its component.
    found = []
    is_taken = bytearray(len(graph))
    for root in reversed(_by_finish(graph.successors)):
        if is_taken[root]:
            continue
        is_taken[root] = True
        component = [root]
        for vertex in component:
            for neighbour in graph.predecessors[vertex]:
                if not is_taken[neighbour]:
                    is_taken[neighbour] = True
                    component.append(neighbour)
        found.append(sorted(component))
    return found


def _by_finish(rows: Sequence[Sequence[int]]) -> list[int]:
    """Order vertices by when a depth-first search is done with them."""
    finished = []
    is_seen = bytearray(len(rows))
    for root in range(len(rows)):
        if is_seen[root]:
            continue
        is_seen[root] = True
        path = [root]
        ahead = [iter(rows[root])]
        while path:
            for neighbour in ahead[-1]:
                if not is_seen[neighbour]:
                    is_seen[neighbour] = True
                    path.append(neighbour)
                    ahead.append(iter(rows[neighbour]))
                    break
            else:
                finished.append(path.pop())
                ahead.pop()
    return finished
