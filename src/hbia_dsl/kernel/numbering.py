"""Give the vertices of a graph their numbers, and say who waits for whom.

The canonical order is made here, and the waiting that atomic groups add: a group is
one unit, so its members wait for all that any of them waits for, and what follows one
of them waits for all; members that must not overlap wait for each other in turn.

A group that is a transaction gets two steps of its own, one before its members and one
after them, where it is begun and committed. They are numbered like vertices, so all that
drivers and schedules do for vertices holds for them.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

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
    steps: Mapping[int, tuple[int, int]] = MappingProxyType({})
    """Canonical numbers of the steps that begin and commit a group, by the group's number.
    In `order` they have numbers from the count of the vertices upwards, two for each group."""
    members: Sequence[Sequence[int]] = ()
    """Canonical numbers of the members of each group, rising; without its steps."""


def number_vertices(
    graph: Adjacency,
    groups: Sequence[Sequence[int]],
    is_serial_group: Sequence[bool],
    is_transaction: Sequence[bool] = (),
) -> Numbering:
    """Give numbers to the vertices of an acyclic graph with convex, disjoint groups.

    Args:
        graph: Neighbours, by declaration order.
        groups: Members of each atomic group.
        is_serial_group: For each group, whether its members must not overlap.
        is_transaction: For each group, whether it gets steps that begin and commit it;
            none does if this is left out.

    Complexity:
        O(V + E log E) time.
    """
    count = len(graph)
    steps = _step_numbers(count, is_transaction)
    if steps:
        graph, groups = _with_steps(graph, groups, steps)
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
    waiting = _with_groups(graph, groups, is_serial_group, rank, steps)
    numbering = _numbering(order, ends, waiting, frozenset(v for group in groups for v in group))
    number = {v: canonical for canonical, v in enumerate(order)}
    return attrs.evolve(
        numbering,
        steps={g: (number[begin], number[commit]) for g, (begin, commit) in steps.items()},
        members=[sorted(number[v] for v in group if v < count) for group in groups],
    )


def _step_numbers(count: int, is_transaction: Sequence[bool]) -> dict[int, tuple[int, int]]:
    found = [group for group, has_steps in enumerate(is_transaction) if has_steps]
    return {g: (count + 2 * k, count + 2 * k + 1) for k, g in enumerate(found)}


def _with_steps(
    graph: Adjacency, groups: Sequence[Sequence[int]], steps: Mapping[int, tuple[int, int]]
) -> tuple[Adjacency, list[list[int]]]:
    """Add the steps of groups as vertices: one before all members, one after all."""
    edges = [(s, t) for s, row in enumerate(graph.successors) for t in row]
    members = [list(group) for group in groups]
    for g, (begin, commit) in steps.items():
        edges += [(begin, member) for member in groups[g]]
        edges += [(member, commit) for member in groups[g]]
        edges.append((begin, commit))
        members[g] = [begin, *groups[g], commit]
    return adjacency_of_edges(len(graph) + 2 * len(steps), edges), members


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
    steps: Mapping[int, object],
) -> Adjacency:
    """Add the waiting that groups cause."""
    edges = {(s, t) for s, row in enumerate(graph.successors) for t in row}
    group_of = {v: g for g, members in enumerate(groups) for v in members}
    ordered = [sorted(members, key=rank.__getitem__) for members in groups]
    # Members that run in turn are entered by the first and left by the last.
    enter, leave = list(ordered), list(ordered)
    for group, members in enumerate(ordered):
        if is_serial_group[group]:
            edges |= set(pairwise(members))
        if is_serial_group[group] or group in steps:
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
