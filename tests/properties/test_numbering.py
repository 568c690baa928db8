"""Canonical numbers, and the waiting that atomic groups add, against their definitions."""

from hypothesis import given
from hypothesis import strategies as st

from drawn_plans import PlanSample
from graph_oracles import awaited, renumbered, unit_depths
from hbia_dsl.graph.stages import stages
from hbia_dsl.kernel.numbering import Numbering
from strategies import plan_samples


@given(plan_samples())
def test_every_vertex_has_one_number(sample: PlanSample) -> None:
    assert sorted(sample.numbering.order) == list(range(len(sample.graph)))


@given(plan_samples())
def test_whoever_is_waited_for_has_a_smaller_number(sample: PlanSample) -> None:
    number = _numbers(sample.numbering)

    for v, before in enumerate(_awaited(sample)):
        assert all(number[u] < number[v] for u in before)


@given(plan_samples())
def test_members_of_a_group_have_neighbouring_numbers(sample: PlanSample) -> None:
    number = _numbers(sample.numbering)

    for group in sample.groups:
        own = sorted(number[v] for v in group)
        assert own == list(range(own[0], own[0] + len(own)))


@given(plan_samples())
def test_a_stage_holds_the_units_of_one_depth(sample: PlanSample) -> None:
    depths = unit_depths(sample.graph, sample.groups)
    numbering = sample.numbering

    start = 0
    for depth, end in enumerate(numbering.stage_ends):
        assert {depths[v] for v in numbering.order[start:end]} == {depth}
        start = end
    assert start == len(sample.graph)


@given(plan_samples(with_groups=False))
def test_without_groups_the_order_is_that_of_the_stages(sample: PlanSample) -> None:
    assert sample.numbering.order == [v for stage in stages(sample.graph) for v in stage]


@given(plan_samples())
def test_every_vertex_waits_for_whom_the_rules_of_groups_say(sample: PlanSample) -> None:
    reached = _reached(sample.numbering)
    whole = _awaited(sample)

    assert reached == [_closure(whole, v) for v in range(len(whole))]


@given(plan_samples())
def test_counts_and_successors_agree(sample: PlanSample) -> None:
    numbering = sample.numbering
    counts = [0] * len(numbering.order)
    for row in numbering.successors:
        assert list(row) == sorted(set(row))
        for successor in row:
            counts[successor] += 1

    assert counts == list(numbering.predecessor_counts)


@given(plan_samples())
def test_inner_successors_are_those_of_the_own_stage(sample: PlanSample) -> None:
    numbering = sample.numbering
    stage_of = _stage_of(numbering)

    inner = {
        v: tuple(s for s in row if stage_of[s] == stage_of[v])
        for v, row in enumerate(numbering.successors)
    }

    assert dict(numbering.inner_successors) == {v: row for v, row in inner.items() if row}


@given(plan_samples())
def test_only_members_of_one_group_wait_for_each_other_inside_a_stage(sample: PlanSample) -> None:
    numbering = sample.numbering
    group_of = {v: group for group in sample.groups for v in group}

    for v, row in numbering.inner_successors.items():
        own = group_of[numbering.order[v]]
        assert all(numbering.order[s] in own for s in row)


@given(plan_samples())
def test_inner_counts_count_the_inner_predecessors(sample: PlanSample) -> None:
    numbering = sample.numbering
    counts: dict[int, int] = {}
    for row in numbering.inner_successors.values():
        for successor in row:
            counts[successor] = counts.get(successor, 0) + 1

    assert dict(numbering.inner_counts) == counts


@given(plan_samples(), st.data())
def test_declaration_order_never_changes_who_shares_a_stage(
    sample: PlanSample, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(sample.graph))), label="order")
    moved = PlanSample(
        renumbered(sample.graph, order),
        tuple(tuple(order[v] for v in group) for group in sample.groups),
        sample.is_serial,
    ).numbering

    before, after = _stage_of(sample.numbering), _stage_of(moved)

    stage = {order[v]: before[n] for v, n in _numbers(sample.numbering).items()}
    assert stage == {v: after[n] for v, n in _numbers(moved).items()}


def _awaited(sample: PlanSample) -> list[set[int]]:
    return awaited(sample.graph, sample.groups, sample.is_serial, sample.numbering.order)


def _numbers(numbering: Numbering) -> dict[int, int]:
    return {v: number for number, v in enumerate(numbering.order)}


def _stage_of(numbering: Numbering) -> dict[int, int]:
    found = {}
    start = 0
    for stage, end in enumerate(numbering.stage_ends):
        found.update(dict.fromkeys(range(start, end), stage))
        start = end
    return found


def _reached(numbering: Numbering) -> list[set[int]]:
    """For each vertex, all that it waits for by the numbering, directly or not."""
    before: dict[int, set[int]] = {number: set() for number in range(len(numbering.order))}
    for number, row in enumerate(numbering.successors):
        for successor in row:
            before[successor] |= before[number] | {number}
    by_vertex = {numbering.order[n]: {numbering.order[m] for m in row} for n, row in before.items()}
    return [by_vertex[v] for v in range(len(numbering.order))]


def _closure(whole: list[set[int]], v: int) -> set[int]:
    found: set[int] = set()
    front = list(whole[v])
    while front:
        u = front.pop()
        if u not in found:
            found.add(u)
            front += whole[u]
    return found
