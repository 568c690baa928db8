"""What the graph algorithms are compared with: the definitions, computed in the plainest way.

Slow, and free of anything that the package uses.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import permutations

from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges


def edges_of(graph: Adjacency) -> list[tuple[int, int]]:
    """The edges as pairs (source, target)."""
    return [(s, t) for s, row in enumerate(graph.successors) for t in row]


def renumbered(graph: Adjacency, order: Sequence[int]) -> Adjacency:
    """The same graph declared in another order: vertex v becomes `order[v]`."""
    return adjacency_of_edges(len(graph), [(order[s], order[t]) for s, t in edges_of(graph)])


def depths(graph: Adjacency) -> list[int]:
    """How many edges the longest path to each vertex has."""
    known: dict[int, int] = {}

    def depth(v: int) -> int:
        if v not in known:
            known[v] = max((depth(p) + 1 for p in graph.predecessors[v]), default=0)
        return known[v]

    return [depth(v) for v in range(len(graph))]


def reachable(graph: Adjacency, start: int) -> set[int]:
    """The vertices that a path of at least one edge leads to."""
    seen: set[int] = set()
    front = list(graph.successors[start])
    while front:
        v = front.pop()
        if v not in seen:
            seen.add(v)
            front += graph.successors[v]
    return seen


def cycles(graph: Adjacency) -> Iterator[tuple[int, ...]]:
    """Every cycle of a tiny graph, shortest first, by trying all sequences of vertices."""
    edges = set(edges_of(graph))
    for length in range(1, len(graph) + 1):
        for path in permutations(range(len(graph)), length):
            if all(pair in edges for pair in zip(path, (*path[1:], path[0]), strict=True)):
                yield path


def excursions(graph: Adjacency, members: Collection[int]) -> Iterator[list[int]]:
    """Every path of an acyclic graph from a member over outsiders to a member."""

    def follow(path: list[int]) -> Iterator[list[int]]:
        for successor in graph.successors[path[-1]]:
            if successor not in members:
                yield from follow([*path, successor])
            elif len(path) > 1:
                yield [*path, successor]

    for member in members:
        yield from follow([member])


def units_of(count: int, groups: Sequence[Sequence[int]]) -> list[frozenset[int]]:
    """For each vertex the members of its group, itself included."""
    own = {v: frozenset(members) for members in groups for v in members}
    return [own.get(v, frozenset({v})) for v in range(count)]


def unit_depths(graph: Adjacency, groups: Sequence[Sequence[int]]) -> list[int]:
    """How many edges between units the longest path to the unit of each vertex has."""
    units = units_of(len(graph), groups)
    known: dict[frozenset[int], int] = {}

    def depth(unit: frozenset[int]) -> int:
        if unit not in known:
            before = {units[p] for v in unit for p in graph.predecessors[v]} - {unit}
            known[unit] = max((depth(b) + 1 for b in before), default=0)
        return known[unit]

    return [depth(unit) for unit in units]


def awaited(
    graph: Adjacency,
    groups: Sequence[Sequence[int]],
    is_serial: Sequence[bool],
    order: Sequence[int],
) -> list[set[int]]:
    """Whom each vertex waits for, by the rules of atomic groups.

    A member waits for all that any member waits for. Whoever follows a member waits for
    all members. Members that must not overlap wait for those before them in the canonical
    order.
    """
    units = units_of(len(graph), groups)
    rank = {v: r for r, v in enumerate(order)}
    found: list[set[int]] = []
    for v in range(len(graph)):
        outside = {p for member in units[v] for p in graph.predecessors[member]} - units[v]
        found.append({u for p in outside for u in units[p]})
        found[v] |= units[v].intersection(graph.predecessors[v])
    for members, serial in zip(groups, is_serial, strict=True):
        if serial:
            for v in members:
                found[v] |= {u for u in members if rank[u] < rank[v]}
    return found
