"""Condensation: contract each atomic group to one unit of scheduling.

A group may be contracted only if it is convex: no path leaves it and comes back. A
path that does so would make the contracted graph cyclic, because the outsider on it
would have to run both after and before the group.
"""

from collections.abc import Mapping, Sequence

import attrs

from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges


@attrs.frozen
class Condensation:
    """A graph whose units are groups and single vertices."""

    units: Sequence[tuple[int, ...]]
    """The members of each unit; units are in the order of their first members."""
    unit_of: Sequence[int]
    """The unit of each vertex."""
    graph: Adjacency
    """Neighbours among the units."""


def condense(graph: Adjacency, groups: Sequence[Sequence[int]]) -> Condensation:
    """Contract groups, which must be disjoint.

    Complexity:
        O(V + E log E) time.
    """
    group_of = {member: group for group, members in enumerate(groups) for member in members}
    units: list[tuple[int, ...]] = []
    unit_of_group: dict[int, int] = {}
    unit_of: list[int] = []
    for vertex in range(len(graph)):
        group = group_of.get(vertex)
        if group is None:
            unit_of.append(len(units))
            units.append((vertex,))
        else:
            if group not in unit_of_group:
                unit_of_group[group] = len(units)
                units.append(tuple(sorted(groups[group])))
            unit_of.append(unit_of_group[group])
    edges = (
        (unit_of[source], unit_of[target])
        for source, row in enumerate(graph.successors)
        for target in row
        if unit_of[source] != unit_of[target]
    )
    return Condensation(units, unit_of, adjacency_of_edges(len(units), edges))


def boundary_path(graph: Adjacency, members: Sequence[int]) -> list[int] | None:
    """Find a shortest path that leaves a set of vertices and comes back into it.

    Returns:
        Member, outsiders, member, in the direction of the edges; None if the set is
        convex.

    Complexity:
        O(V + E) time: one breadth-first search from all members at once.
    """
    inside = set(members)
    came_from: dict[int, int] = {}
    front = []
    for member in sorted(inside):
        for successor in graph.successors[member]:
            if successor not in inside and successor not in came_from:
                came_from[successor] = member
                front.append(successor)
    while front:
        following = []
        for vertex in front:
            for successor in graph.successors[vertex]:
                if successor in inside:
                    return _trace(came_from, inside, vertex, successor)
                if successor not in came_from:
                    came_from[successor] = vertex
                    following.append(successor)
        front = following
    return None


def connected_parts(graph: Adjacency, members: Sequence[int]) -> list[list[int]]:
    """Divide a set of vertices into parts without an edge between them, whatever its direction.

    Returns:
        The parts, each with its vertices in rising order, in the order of their first ones.

    Complexity:
        O(V + E) time of the vertices given and their neighbours.
    """
    left = set(members)
    parts = []
    for member in sorted(members):
        if member not in left:
            continue
        left.discard(member)
        part = [member]
        for vertex in part:
            for row in (graph.successors[vertex], graph.predecessors[vertex]):
                found = [neighbour for neighbour in row if neighbour in left]
                left.difference_update(found)
                part += found
        parts.append(sorted(part))
    return parts


def _trace(came_from: Mapping[int, int], inside: set[int], last: int, member: int) -> list[int]:
    path = [member, last]
    while path[-1] not in inside or len(path) == 1:
        path.append(came_from[path[-1]])
    return path[::-1]
