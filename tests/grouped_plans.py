"""Drawn plans whose atomic groups are transactions or can be compensated, and their world.

The world writes down what was begun, done, committed, rolled back and compensated, in the
order in which it happened. It is the database of these runs.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from drawn_plans import Behaviour, BrokenError, PlanSample, compute, name, random_sample
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex
from hbia_dsl.kernel.planned_group import PlannedGroup, PlannedTransaction, PlannedUndo
from hbia_dsl.testing import virtual_sleep

POLICIES: Final = ("transaction", "compensate", "abort", "values")
MOST_ATTEMPTS: Final = 3


class ConflictError(Exception):
    """A database asks to begin again."""


@attrs.define
class Attempt:
    """One attempt of a transaction: what members did in it, and how it ended."""

    group: int
    number: int
    done: list[str] = attrs.field(factory=list)
    end: str = ""
    is_doomed: bool = False


@attrs.frozen
class GroupSample:
    """A drawn plan, and for each group its policy and how often it meets a conflict."""

    plan: PlanSample
    policies: tuple[str, ...]
    conflicts: tuple[int, ...]
    fails_to_undo: frozenset[str]
    pivots: tuple[int | None, ...]
    """For each group, the vertex after whose success nothing is undone."""


class GroupedPlan:
    """A plan and the world that it changes."""

    def __init__(self, sample: GroupSample) -> None:
        self.sample = sample
        self.attempts: list[Attempt] = []
        """Of all transactions, in the order in which they were begun."""
        self.log: list[tuple[str, str]] = []
        """What happened: "done", "undone" or "not undone", and the vertex; "begin", "commit" and
        "rollback", and the group."""
        self.conflicts = list(sample.conflicts)
        plan = sample.plan
        count = len(plan.graph)
        self.numbering: Numbering = number_vertices(
            plan.graph,
            plan.groups,
            [
                is_serial or policy == "transaction"
                for is_serial, policy in zip(plan.is_serial, sample.policies, strict=True)
            ],
            [policy == "transaction" for policy in sample.policies],
        )
        order = self.numbering.order
        self.group_of = {v: g for g, members in enumerate(plan.groups) for v in members}
        slot_of = {v: slot for slot, v in enumerate((v for v in order if v < count), start=1)}
        self.unit_slot = {g: count + 1 + k for k, g in enumerate(self.numbering.steps)}
        vertices = [
            self._vertex(v, slot_of) if v < count else self._step(number)
            for number, v in enumerate(order)
        ]
        self.plan = Plan(
            flow="grouped",
            vertices=vertices,
            stage_ends=self.numbering.stage_ends,
            predecessor_counts=self.numbering.predecessor_counts,
            successors=self.numbering.successors,
            inner_successors=self.numbering.inner_successors,
            inner_counts=self.numbering.inner_counts,
            slot_count=count + 1 + len(self.unit_slot),
            has_async=any(vertex.is_async for vertex in vertices),
            has_timeouts=any(vertex.timeout_s is not None for vertex in vertices),
            groups=[self._group(g) for g in range(len(plan.groups))],
        )

    def _vertex(self, v: int, slot_of: Mapping[int, int]) -> PlannedVertex:
        behaviour = self.sample.plan.behaviours[v]
        sources = [slot_of[p] for p in self.sample.plan.graph.predecessors[v]]
        g = self.group_of.get(v)
        if g in self.unit_slot:
            sources = [self.unit_slot[g], *sources]
        return PlannedVertex(
            name(v),
            self._async_handler(v) if behaviour.is_async else self._handler(v),
            positional=compile_arguments(sources),
            slot=slot_of[v],
            is_async=behaviour.is_async,
            timeout_s=behaviour.timeout_s,
        )

    def _handler(self, v: int) -> Callable[..., int]:
        return lambda *given: self._work(v, self.sample.plan.behaviours[v], given)

    def _async_handler(self, v: int) -> Callable[..., object]:
        behaviour = self.sample.plan.behaviours[v]

        async def handler(*given: object) -> int:
            for seconds in behaviour.pauses_s:
                await virtual_sleep(seconds)
            return self._work(v, behaviour, given)

        return handler

    def _work(self, v: int, behaviour: Behaviour, given: Sequence[object]) -> int:
        g = self.group_of.get(v)
        values = given
        if g in self.unit_slot:
            attempt = given[0]
            assert isinstance(attempt, Attempt)
            assert attempt.end == "", "a member runs outside of its transaction"
            values = given[1:]
            if self.conflicts[g] and v == self.sample.plan.groups[g][-1]:
                self.conflicts[g] -= 1
                raise ConflictError(name(v))
            if not behaviour.fails:
                attempt.done.append(name(v))
        if behaviour.fails:
            raise BrokenError(name(v))
        self.log.append(("done", name(v)))
        return compute(v, [value for value in values if isinstance(value, int)])

    def _step(self, number: int) -> PlannedVertex:
        g, (begin, _) = next((g, s) for g, s in self.numbering.steps.items() if number in s)
        slot = self.unit_slot[g]
        is_begin = number == begin

        def begin_step(before: Attempt | None) -> Attempt:
            if before is not None and not before.end:
                self.roll_back(before)
            attempt = Attempt(g, 1 if before is None else before.number + 1)
            self.attempts.append(attempt)
            self.log.append(("begin", str(g)))
            return attempt

        def end_step(attempt: Attempt) -> None:
            if attempt.is_doomed:
                self.roll_back(attempt)
            else:
                assert attempt.end == ""
                attempt.end = "commit"
                self.log.append(("commit", str(g)))

        return PlannedVertex(
            f"{'begin' if is_begin else 'commit'} {g}",
            begin_step if is_begin else end_step,
            positional=compile_arguments([slot]),
            slot=slot,
            store=None if is_begin else lambda _slots, _result: None,
            is_step=True,
        )

    def roll_back(self, attempt: object) -> bool:
        """Undo an attempt, unless it was committed."""
        assert isinstance(attempt, Attempt)
        if attempt.end == "commit":
            return False
        assert attempt.end == "", "undone twice"
        attempt.end = "rollback"
        self.log.append(("rollback", str(attempt.group)))
        return True

    def _group(self, g: int) -> PlannedGroup:
        policy = self.sample.policies[g]
        members = self.numbering.members[g]
        order = self.numbering.order
        on_failure = policy if policy in ("compensate", "abort") else "rollback"
        transaction = None
        if policy == "transaction":
            begin, commit = self.numbering.steps[g]
            transaction = PlannedTransaction(
                begin, commit, self.unit_slot[g], self.roll_back, self._may_retry, _doom
            )
        undo = {}
        if policy == "compensate":
            undo = {v: PlannedUndo(self._undo(name(order[v])), lambda _s: {}) for v in members}
        pivot = self.sample.pivots[g] if policy == "compensate" else None
        return PlannedGroup(
            str(g),
            on_failure,
            members,
            transaction,
            undo,
            pivot=None if pivot is None else order.index(pivot),
        )

    def _may_retry(self, attempt: object, error: BaseException) -> bool:
        assert isinstance(attempt, Attempt)
        return isinstance(error, ConflictError) and attempt.number < MOST_ATTEMPTS

    def _undo(self, vertex: str) -> Callable[..., object]:
        def undo(_inputs: Mapping[str, object], _output: object) -> None:
            if vertex in self.sample.fails_to_undo:
                self.log.append(("not undone", vertex))
                raise BrokenError(vertex)
            self.log.append(("undone", vertex))

        return undo


def _doom(attempt: object) -> None:
    assert isinstance(attempt, Attempt)
    attempt.is_doomed = True


def random_grouped(rng: random.Random, *, failures: float, timeouts: float) -> GroupSample:
    """Draw a plan with at least one group."""
    plan = random_sample(rng, failures=failures, timeouts=timeouts)
    while not plan.groups:
        plan = random_sample(rng, failures=failures, timeouts=timeouts)
    return GroupSample(
        plan,
        tuple(rng.choice(POLICIES) for _ in plan.groups),
        tuple(rng.choice((0, 0, 0, 1, 2, 5)) for _ in plan.groups),
        frozenset(name(v) for v in range(len(plan.graph)) if rng.random() < 0.3),
        tuple(rng.choice(group) if rng.random() < 0.3 else None for group in plan.groups),
    )
