"""Give the vertices of a graph their numbers, and say who waits for whom.

The canonical order is made here, and the waiting that atomic groups add: a group is
one unit, so its members wait for all that any of them waits for, and what follows one
of them waits for all; members that must not overlap wait for each other in turn.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import attrs

from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.condense import condense
from hbia_dsl.graph.stages import stages

_NOBODY: tuple[int, ...] = ()


@attrs.frozen
class Numbering:
    """The canonical order of a graph, and the waiting in its numbers."""

    order: Sequence[int]
    """For each canonical number, the vertex's number in declaration order."""
    stage_ends: Sequence[int]
    predecessor_counts: Sequence[int]
    successors: Sequence[Sequence[int]]
    inner_successors: Mapping[int, Sequence[int]]
    inner_counts: Mapping[int, int]


def number_vertices(
    graph: Adjacency, groups: Sequence[Sequence[int]], is_serial_group: Sequence[bool]
) -> Numbering:
    """Give numbers to the vertices of an acyclic graph with convex, disjoint groups.

    Args:
        graph: Neighbours, by declaration order.
        groups: Members of each atomic group.
        is_serial_group: For each group, whether its members must not overlap.

    Complexity:
        O(V + E log E) time.
    """
    if not groups:
        levels = stages(graph)
        order = [v for level in levels for v in level]
        return _numbering(order, _ends(levels), graph, frozenset())
    rank = {v: r for r, v in enumerate(v for level in stages(graph) for v in level)}
    condensed = condense(graph, groups)
    order = []
    ends = []
    for level in stages(condensed.graph):
        for unit in level:
            order += sorted(condensed.units[unit], key=rank.__getitem__)
        ends.append(len(order))
    waiting = _with_groups(graph, groups, is_serial_group, rank)
    return _numbering(order, ends, waiting, frozenset(v for group in groups for v in group))


def _ends(levels: Sequence[Sequence[int]]) -> list[int]:
    ends, total = [], 0
    for level in levels:
        total += len(level)
        ends.append(total)
    return ends


def _with_groups(
    graph: Adjacency,
    groups: Sequence[Sequence[int]],
    is_serial_group: Sequence[bool],
    rank: Mapping[int, int],
) -> Adjacency:
    """Add the waiting that groups cause."""
    edges = {(s, t) for s, row in enumerate(graph.successors) for t in row}
    group_of = {v: g for g, members in enumerate(groups) for v in members}
    ordered = [sorted(members, key=rank.__getitem__) for members in groups]
    # Members that run in turn are entered by the first and left by the last.
    enter, leave = list(ordered), list(ordered)
    for group, is_serial in enumerate(is_serial_group):
        if is_serial:
            members = ordered[group]
            edges |= set(pairwise(members))
            enter[group], leave[group] = members[:1], members[-1:]
    crossing = {
        (left if left is not None else (source,), right if right is not None else (target,))
        for source, target in edges
        for left, right in ((group_of.get(source), group_of.get(target)),)
        if left is None or left != right
    }
    for before, after in crossing:
        sources = leave[before] if isinstance(before, int) else before
        targets = enter[after] if isinstance(after, int) else after
        edges |= {(s, t) for s in sources for t in targets}
    return adjacency_of_edges(len(graph), edges)


def _numbering(
    order: Sequence[int], ends: Sequence[int], waiting: Adjacency, grouped: frozenset[int]
) -> Numbering:
    number = [0] * len(order)
    for canonical, v in enumerate(order):
        number[v] = canonical
    successors = [
        tuple(sorted(number[s] for s in row)) if row else _NOBODY
        for row in (waiting.successors[v] for v in order)
    ]
    inner: dict[int, tuple[int, ...]] = {}
    inner_counts: dict[int, int] = {}
    if grouped:
        stage_of = [0] * len(order)
        start = 0
        for stage, end in enumerate(ends):
            stage_of[start:end] = [stage] * (end - start)
            start = end
        for v in (number[g] for g in grouped):
            own = tuple(s for s in successors[v] if stage_of[s] == stage_of[v])
            if own:
                inner[v] = own
            for s in own:
                inner_counts[s] = inner_counts.get(s, 0) + 1
    return Numbering(
        order,
        ends,
        [len(waiting.predecessors[v]) for v in order],
        successors,
        inner,
        inner_counts,
    )
