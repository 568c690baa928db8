"""The kernel against a model that knows sets and nothing else.

A `Walk` plays the driver: it starts what the kernel releases and lets running vertices
end in a drawn order and manner. After every step the model says, from the rules of
stages and groups alone, what must have been released.
"""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drawn_plans import Behaviour, BrokenError, PlanSample
from graph_oracles import awaited, unit_depths
from hbia_dsl.graph.adjacency import adjacency_of_edges
from hbia_dsl.kernel.kernel import (
    CANCELLED,
    FAILED,
    PENDING,
    SKIPPED,
    SUCCEEDED,
    Kernel,
    Schedule,
    StopReason,
)
from strategies import plan_samples

OVERLAPPING = (Schedule.STAGES, Schedule.EAGER)

schedules = pytest.mark.parametrize("schedule", OVERLAPPING, ids=lambda s: s.value)
seeds = st.integers(0, 2**32)


class Walk:
    """One run of a kernel, and the model of it, all in canonical numbers."""

    def __init__(
        self, sample: PlanSample, schedule: Schedule, *, keeps_going: bool = False
    ) -> None:
        numbering = sample.numbering
        number = {v: n for n, v in enumerate(numbering.order)}
        waits = awaited(sample.graph, sample.groups, sample.is_serial, numbering.order)
        depths = unit_depths(sample.graph, sample.groups)
        self.count = len(numbering.order)
        self.schedule = schedule
        self.awaits = [{number[u] for u in waits[v]} for v in numbering.order]
        self.depth = [depths[v] for v in numbering.order]
        self.kernel = Kernel(sample.build().plan, schedule, keeps_going=keeps_going)
        self.released: list[int] = []
        self.running: list[int] = []
        self.ended: dict[int, int] = {}
        """State of each vertex that has ended."""
        self.take(self.kernel.start())

    def take(self, ready: Sequence[int]) -> None:
        """Start what was released."""
        self.released += ready
        self.running += ready

    def end(self, v: int, state: int) -> None:
        """Let a running vertex end."""
        self.running.remove(v)
        self.ended[v] = state
        if state == SUCCEEDED:
            self.take(self.kernel.succeeded(v))
        elif state == FAILED:
            self.take(self.kernel.failed(v, BrokenError(str(v))))
        else:
            self.kernel.cancelled(v)

    def lost(self) -> set[int]:
        """The vertices that can never run: they wait for one that failed, directly or not."""
        found: set[int] = set()
        for v in range(self.count):  # canonical order: whom it waits for came before
            if any(self.ended.get(u) == FAILED or u in found for u in self.awaits[v]):
                found.add(v)
        return found

    def due(self) -> set[int]:
        """The vertices that must have been released by now if the run was not stopped."""
        lost = self.lost()
        over = lost.union(self.ended)
        due = {
            v
            for v in range(self.count)
            if v not in lost
            if all(self.ended.get(u) == SUCCEEDED for u in self.awaits[v])
        }
        if self.schedule is Schedule.STAGES:
            due = {v for v in due if all(u in over for u in self.before_stage(v))}
        return due

    def before_stage(self, v: int) -> list[int]:
        """The vertices of all stages before that of `v`."""
        return [u for u in range(self.count) if self.depth[u] < self.depth[v]]

    def run_to_the_end(self, rng: random.Random, failures: float = 0.0) -> None:
        """Let running vertices end, one after the other, until none is left."""
        while self.running:
            state = FAILED if rng.random() < failures else SUCCEEDED
            self.end(rng.choice(self.running), state)


@schedules
@given(plan_samples(), seeds)
def test_every_vertex_is_released_exactly_once(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule)

    walk.run_to_the_end(random.Random(seed))

    assert sorted(walk.released) == list(range(walk.count))
    assert set(walk.kernel.states) <= {SUCCEEDED}


@schedules
@given(plan_samples(), seeds)
def test_a_vertex_is_released_as_soon_as_it_may_start_and_never_before(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule)
    rng = random.Random(seed)

    assert set(walk.released) == walk.due()
    while walk.running:
        walk.end(rng.choice(walk.running), SUCCEEDED)
        assert set(walk.released) == walk.due()


@schedules
@given(plan_samples(), seeds)
def test_if_it_keeps_going_exactly_what_does_not_depend_on_a_failure_runs(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule, keeps_going=True)
    rng = random.Random(seed)

    while walk.running:
        walk.end(rng.choice(walk.running), FAILED if rng.random() < 0.3 else SUCCEEDED)
        assert set(walk.released) == walk.due()

    lost = walk.lost()
    assert sorted(walk.released) == [v for v in range(walk.count) if v not in lost]
    assert [v for v, state in enumerate(walk.kernel.states) if state == SKIPPED] == sorted(lost)
    assert walk.kernel.stop_reason is None


@schedules
def test_members_skipped_for_a_failed_one_do_not_hold_up_the_stages_after(
    schedule: Schedule,
) -> None:
    # Members 0, 1, 2 run one after the other, beside 3; 4 follows 3.
    sample = PlanSample(
        adjacency_of_edges(5, [(0, 1), (1, 2), (3, 4)]), ((0, 1, 2),), (True,), (Behaviour(),) * 5
    )
    walk = Walk(sample, schedule, keeps_going=True)

    walk.end(0, FAILED)
    walk.end(3, SUCCEEDED)

    assert walk.running == [4]
    walk.end(4, SUCCEEDED)
    assert not walk.running


@schedules
@given(plan_samples(), seeds)
def test_after_a_failure_nothing_is_released(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule)
    rng = random.Random(seed)

    while walk.running:
        before = list(walk.released)
        was_stopped = walk.kernel.stop_reason is not None
        state = FAILED if rng.random() < 0.3 else SUCCEEDED
        walk.end(rng.choice(walk.running), state)
        if was_stopped or state == FAILED:
            assert walk.released == before
            assert walk.kernel.stop_reason is StopReason.FAILURE

    assert sorted(walk.kernel.failures) == [v for v, s in sorted(walk.ended.items()) if s == FAILED]


@schedules
@pytest.mark.parametrize("reason", [StopReason.HOST, StopReason.DEADLINE, StopReason.INTERRUPT])
@given(plan_samples(), seeds, st.integers(0, 10))
def test_after_a_stop_what_runs_may_end_in_any_way_and_nothing_is_released(
    schedule: Schedule, reason: StopReason, sample: PlanSample, seed: int, steps: int
) -> None:
    walk = Walk(sample, schedule)
    rng = random.Random(seed)
    while walk.running and len(walk.ended) < steps:
        walk.end(rng.choice(walk.running), SUCCEEDED)

    walk.kernel.stop(reason)
    before = list(walk.released)
    while walk.running:
        walk.end(rng.choice(walk.running), rng.choice((SUCCEEDED, FAILED, CANCELLED)))

    assert walk.released == before
    assert walk.kernel.stop_reason is reason


@schedules
@given(plan_samples(), seeds)
def test_at_the_end_what_never_ran_was_skipped_and_the_rest_ended_as_it_did(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule)
    walk.run_to_the_end(random.Random(seed), failures=0.3)

    walk.kernel.finish()

    states = walk.kernel.states
    assert PENDING not in states
    assert list(states) == [walk.ended.get(v, SKIPPED) for v in range(walk.count)]


@schedules
@given(plan_samples(), seeds)
def test_an_interrupt_stops_a_run_that_keeps_going_too(
    schedule: Schedule, sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, schedule, keeps_going=True)
    assume(walk.running)
    v = random.Random(seed).choice(walk.running)

    assert not walk.kernel.failed(v, KeyboardInterrupt())
    assert walk.kernel.stop_reason is StopReason.INTERRUPT


@given(plan_samples())
def test_a_serial_run_takes_the_vertices_in_canonical_order(sample: PlanSample) -> None:
    kernel = Kernel(sample.build().plan)
    taken = []

    for v in kernel.in_order():
        taken.append(v)
        assert not kernel.succeeded(v)

    assert taken == list(range(len(sample.graph)))


@given(plan_samples(), seeds)
def test_a_serial_run_that_keeps_going_takes_what_does_not_depend_on_a_failure(
    sample: PlanSample, seed: int
) -> None:
    walk = Walk(sample, Schedule.SERIAL, keeps_going=True)
    rng = random.Random(seed)
    walk.running = []
    taken = []

    for v in walk.kernel.in_order():
        taken.append(v)
        walk.running.append(v)
        walk.end(v, FAILED if rng.random() < 0.3 else SUCCEEDED)

    lost = walk.lost()
    assert taken == [v for v in range(walk.count) if v not in lost]


@given(plan_samples(), seeds)
def test_a_serial_run_ends_with_its_first_failure(sample: PlanSample, seed: int) -> None:
    kernel = Kernel(sample.build().plan)
    rng = random.Random(seed)
    taken = []

    for v in kernel.in_order():
        taken.append(v)
        if rng.random() < 0.3:
            kernel.failed(v, BrokenError(str(v)))
        else:
            kernel.succeeded(v)

    assert all(a + 1 == b for a, b in pairwise(taken))
    assert list(kernel.failures) in ([], taken[-1:])


@given(plan_samples())
def test_the_first_reason_to_stop_stays(sample: PlanSample) -> None:
    kernel = Kernel(sample.build().plan)

    kernel.stop(StopReason.DEADLINE)
    kernel.stop(StopReason.HOST)

    assert kernel.stop_reason is StopReason.DEADLINE
    assert not list(kernel.in_order())
