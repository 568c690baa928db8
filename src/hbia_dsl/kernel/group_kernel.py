"""The kernel of a run with atomic groups: what becomes of a group, decided in one place.

A group is begun by its first step or member, and is over when its last one has
succeeded. What succeeded in a group that is not over by the end of the run is to be
undone: `settlements` says what, and in which order. A group that is a transaction may
also be begun again, from its first step, or be undone by its last step while the rest
of the run goes on.

The decisions follow H. Garcia-Molina and K. Salem, "Sagas" (1987): the finished members
are compensated in the reverse of the order in which they were completed.
"""

from collections.abc import Iterator, Sequence

import attrs

from hbia_dsl.kernel.kernel import (
    COMPENSATED,
    FAILED,
    PENDING,
    ROLLED_BACK,
    SKIPPED,
    SUCCEEDED,
    Kernel,
    Schedule,
)
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.planned_group import ABORT, COMPENSATE, PlannedGroup


@attrs.frozen(eq=False)
class Settlement:
    """What is to be done about a group that did not come to its end."""

    group: PlannedGroup
    number: int
    """Number of the group."""
    completed: Sequence[int]
    """The members that had returned, the last one first: the order in which they are undone."""
    is_past_pivot: bool = False
    """Whether the group's point of no return was passed, so that nothing is undone."""

    @property
    def is_left(self) -> bool:
        """Whether nothing is undone: by the group's policy, or because it is too late."""
        return self.group.on_failure == ABORT or self.is_past_pivot


class GroupKernel(Kernel):
    """The states of the vertices and of the atomic groups of one run."""

    __slots__ = ("_back_to", "_completed", "_failing", "_left", "_open", "undone_on_the_way")

    def __init__(
        self, plan: Plan, schedule: Schedule = Schedule.SERIAL, *, keeps_going: bool = False
    ) -> None:
        super().__init__(plan, schedule, keeps_going=keeps_going)
        self._left = [len(group.vertices) for group in plan.groups]
        """How many vertices of each group have not succeeded; 0 when the group is over."""
        self._open: dict[int, None] = {}
        """Groups that were begun and are not over, in the order in which they were begun."""
        self._failing: set[int] = set()
        """Groups of which a member failed, and whose last step will undo them."""
        self._completed: list[list[int]] = [[] for _ in plan.groups]
        """For each group that is not over, the members that returned, in that order."""
        self._back_to: int | None = None
        self.undone_on_the_way: list[Settlement] = []
        """Groups that their own last step has undone, while the run went on."""

    def succeeded(self, v: int) -> Sequence[int]:
        """Record that a vertex gave its result; return what may start because of it."""
        g = self.plan.group_of.get(v)
        if g is not None:
            self._member_succeeded(g, v)
        return super().succeeded(v)

    def refused(self, v: int) -> None:
        """Record that a member, which failed, had returned: what it did is to be undone too."""
        g = self.plan.group_of[v]
        self._open[g] = None
        self._completed[g].append(v)

    def is_failing(self, v: int) -> bool:
        """Return whether `v` is in a group that its last step is to undo, not to commit."""
        g = self.plan.group_of.get(v)
        return g is not None and g in self._failing

    def restart(self, v: int) -> Sequence[int]:
        """Begin the group of `v`, which failed, from its first step; return what may start.

        Nothing of the group runs any more: the members of a transaction run in turn.
        """
        g = self.plan.group_of[v]
        vertices = self.plan.groups[g].vertices
        self._forget(g)
        self._open[g] = None  # its failed attempt is undone by its first step, if that is reached
        inner = self.plan.inner_counts
        for member in vertices:
            if self._schedule is Schedule.STAGES:
                self._left_in_stage += self.states[member] == SUCCEEDED
                self._inner[member] = inner.get(member, 0)
            elif self._schedule is Schedule.EAGER:
                self._waiting[member] = inner.get(member, 0)
                if self.states[member] == SUCCEEDED:
                    self._wait_again_for(member, g)
            self.states[member] = PENDING
        self._back_to = vertices[0]
        return vertices[:1]

    def in_order(self) -> Iterator[int]:
        """Yield the vertices one by one, and again those of a group that is begun again."""
        v = 0
        while v < len(self.states) and self.stop_reason is None:
            self._back_to = None
            if self.states[v] == PENDING:
                yield v
            v = self._after(v)

    def _after(self, v: int) -> int:
        """Return where to go on: behind `v`, or at the first step of what is begun again."""
        back_to = self._back_to
        return v + 1 if back_to is None else back_to

    def settlements(self) -> list[Settlement]:
        """Say what is to be done about the groups that were begun and are not over.

        Asked when nothing of the run runs any more. The group that was begun last comes first.
        """
        found = []
        for g in reversed(self._open):
            group = self.plan.groups[g]
            completed = self._completed[g][::-1]
            is_past = group.pivot is not None and group.pivot in completed
            found.append(Settlement(group, g, completed, is_past))
        return found

    def undone(self, settlement: Settlement, kept: Sequence[int] = ()) -> None:
        """Record that a group was undone, except for some members that could not be."""
        is_compensated = settlement.group.on_failure == COMPENSATE
        self._mark(
            [v for v in settlement.completed if v not in kept and self.states[v] == SUCCEEDED],
            COMPENSATED if is_compensated else ROLLED_BACK,
        )
        self._forget(settlement.number)

    def was_over(self, settlement: Settlement) -> None:
        """Record that a group had come to its end, although nobody had heard of it."""
        self._forget(settlement.number)

    def _member_succeeded(self, g: int, v: int) -> None:
        group = self.plan.groups[g]
        self._open[g] = None
        if g in self._failing:  # its last step has undone it
            self._failing.discard(g)
            self._mark(self._completed[g], ROLLED_BACK)
            self.undone_on_the_way.append(Settlement(group, g, self._completed[g][::-1]))
            self._forget(g)
            return
        if not self.plan.vertices[v].is_step:
            self._completed[g].append(v)
        self._left[g] -= 1
        if self._left[g] == 0:
            self._forget(g)
            self._left[g] = 0

    def _wait_again_for(self, member: int, g: int) -> None:
        """Have what follows a group wait for a member once more: it will succeed once more."""
        for successor in self.plan.successors[member]:
            if self.plan.group_of.get(successor) != g:
                self._waiting[successor] += 1

    def _forget(self, g: int) -> None:
        """Begin anew to keep account of a group."""
        self._open.pop(g, None)
        self._completed[g] = []
        self._left[g] = len(self.plan.groups[g].vertices)

    def _mark(self, members: Sequence[int], state: int) -> None:
        for v in members:
            self.states[v] = state

    def _skip_dependants(self, v: int) -> None:
        super()._skip_dependants(v)
        g = self.plan.group_of.get(v)
        if g is None:
            return
        group = self.plan.groups[g]
        for member in group.members:  # also those that do not depend on it: all or nothing
            if self.states[member] == PENDING:
                self.states[member] = SKIPPED
                super()._skip_dependants(member)
        steps = group.transaction
        if (
            steps is not None
            and not self.plan.vertices[v].is_step
            and self.states[steps.begin] == SUCCEEDED
        ):
            self.states[steps.commit] = PENDING
            self._failing.add(g)

    def _released_eagerly(self, v: int) -> Sequence[int]:
        if self.states[v] != FAILED or self.plan.group_of.get(v) not in self._failing:
            return super()._released_eagerly(v)
        # What follows in the group will not run; its last step is released all the same.
        group = self.plan.groups[self.plan.group_of[v]]
        assert group.transaction is not None  # noqa: S101 - only such groups are failing
        self._waiting[group.transaction.commit] = 0
        return (group.transaction.commit,)
