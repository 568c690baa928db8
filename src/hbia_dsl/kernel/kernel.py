"""The kernel: the one place that decides what may run next.

A pure state machine without IO, clock or threads. A driver tells it how each vertex
ended and is told which vertices may start now; where and how they run is the driver's
business. Every change of state goes through one of its methods, so retries, groups
and a journal have one place to attach to.

A kernel belongs to one run and is touched by one thread at a time.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from hbia_dsl.kernel.plan import Plan

PENDING: Final = 0
SUCCEEDED: Final = 1
FAILED: Final = 2
SKIPPED: Final = 3
CANCELLED: Final = 4
ROLLED_BACK: Final = 5
COMPENSATED: Final = 6

OUTCOME_NAMES: Final = (
    "pending",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "rolled_back",
    "compensated",
)
"""How the states are called, by number."""

_NOTHING: Final[tuple[int, ...]] = ()


class StopReason(Enum):
    """Why a run starts nothing more."""

    FAILURE = "another vertex failed"
    DEADLINE = "the run reached its deadline"
    HOST = "the caller cancelled the run"
    INTERRUPT = "the run was interrupted"


class Schedule(Enum):
    """When a vertex may start."""

    SERIAL = "serial"
    """When the one before it in canonical order has ended; see `Kernel.in_order`."""
    STAGES = "stages"
    """When every vertex of the stages before its own has ended."""
    EAGER = "eager"
    """When the vertices that it follows have ended."""


# Reading a member off its enum costs several times what a global does.
_SERIAL: Final = Schedule.SERIAL
_STAGES: Final = Schedule.STAGES
_EAGER: Final = Schedule.EAGER


class Kernel:
    """The states of the vertices of one run."""

    __slots__ = (
        "_inner",
        "_keeps_going",
        "_left_in_stage",
        "_schedule",
        "_stage",
        "_waiting",
        "failures",
        "plan",
        "states",
        "stop_reason",
    )

    def __init__(
        self, plan: Plan, schedule: Schedule = Schedule.SERIAL, *, keeps_going: bool = False
    ) -> None:
        """Make the machine for one run.

        Args:
            plan: What is to be run.
            schedule: When a vertex may start.
            keeps_going: After a failure, vertices that do not depend on it still run.
        """
        self.plan: Plan = plan
        self.states: bytearray = bytearray(len(plan.vertices))
        """One state for each vertex."""
        self.failures: dict[int, BaseException] = {}
        """What each failed vertex raised."""
        self.stop_reason: StopReason | None = None
        """Why nothing more is started; None while the run goes on."""
        self._schedule = schedule
        self._keeps_going = keeps_going
        self._waiting = list(plan.predecessor_counts) if schedule is _EAGER else []
        is_inner = schedule is _STAGES and bool(plan.inner_counts)
        self._inner = dict(plan.inner_counts) if is_inner else {}
        self._stage = -1
        self._left_in_stage = 0

    def start(self) -> Sequence[int]:
        """Return the vertices that may start first."""
        if self._schedule is Schedule.EAGER:
            return [v for v, count in enumerate(self._waiting) if count == 0]
        return self._next_stage()

    def in_order(self) -> Iterator[int]:
        """Yield the vertices one by one, as a run without any overlap takes them.

        The caller reports the end of each before it asks for the next.
        """
        states = self.states
        for v in range(len(states)):
            if self.stop_reason is not None:
                return
            if states[v] == PENDING:
                yield v

    def succeeded(self, v: int) -> Sequence[int]:
        """Record that a vertex gave its result; return what may start because of it."""
        self.states[v] = SUCCEEDED
        if self._schedule is _STAGES and self.stop_reason is None and not self._inner:
            # Nearly all vertices of parallel runs, so written out here.
            self._left_in_stage -= 1
            return self._next_stage() if self._left_in_stage == 0 else _NOTHING
        return self._released_by(v)

    def all_succeeded_before(self, v: int) -> None:
        """Record that all vertices before `v` in canonical order gave their results."""
        self.states[:v] = bytes([SUCCEEDED]) * v

    def failed(self, v: int, error: BaseException) -> Sequence[int]:
        """Record that a vertex raised; return what may start all the same.

        The run stops, unless it keeps going: then only what depends on `v` is skipped.
        """
        self.states[v] = FAILED
        self.failures[v] = error
        if self.stop_reason is not None:
            return _NOTHING
        if not isinstance(error, Exception):
            self.stop_reason = StopReason.INTERRUPT
            return _NOTHING
        if not self._keeps_going:
            self.stop_reason = StopReason.FAILURE
            return _NOTHING
        self._skip_dependants(v)
        return self._released_by(v)

    def cancelled(self, v: int) -> None:
        """Record that a vertex ended because the run is being stopped."""
        self.states[v] = CANCELLED

    def stop(self, reason: StopReason) -> None:
        """Start nothing more. What has started may still end in any way."""
        if self.stop_reason is None:
            self.stop_reason = reason

    def finish(self) -> None:
        """Record that nothing runs any more: what is still pending was skipped."""
        if PENDING in self.states:
            self.states = self.states.replace(bytes([PENDING]), bytes([SKIPPED]))

    def _released_by(self, v: int) -> Sequence[int]:
        if self.stop_reason is not None or self._schedule is _SERIAL:
            return _NOTHING
        if self._schedule is _EAGER:
            return self._released_eagerly(v)
        self._left_in_stage -= 1
        if self._inner and v in self.plan.inner_successors:
            return self._released_inside_stage(v)
        return self._next_stage() if self._left_in_stage == 0 else _NOTHING

    def _released_eagerly(self, v: int) -> Sequence[int]:
        waiting, states = self._waiting, self.states
        ready: list[int] = []
        for successor in self.plan.successors[v]:
            waiting[successor] -= 1
            # A skipped one never runs, and all that follows it is skipped as well.
            if waiting[successor] == 0 and states[successor] == PENDING:
                ready.append(successor)
        return ready or _NOTHING

    def _released_inside_stage(self, v: int) -> Sequence[int]:
        ready: list[int] = []
        done = [v]
        while done:
            for successor in self.plan.inner_successors.get(done.pop(), _NOTHING):
                self._inner[successor] -= 1
                if self._inner[successor] == 0:
                    if self.states[successor] == PENDING:
                        ready.append(successor)
                    else:
                        self._left_in_stage -= 1
                        done.append(successor)
        return self._next_stage() if self._left_in_stage == 0 else ready

    def _next_stage(self) -> Sequence[int]:
        """Release the next stage in which anything is left to run."""
        stages = self.plan.stages
        while self._stage + 1 < len(stages):
            self._stage += 1
            stage: Sequence[int] = stages[self._stage]
            if self._keeps_going and self.failures:
                stage = [v for v in stage if self.states[v] == PENDING]
            self._left_in_stage = len(stage)
            if not self._inner:
                if stage:
                    return stage
                continue
            free = [v for v in stage if not self._inner.get(v)]
            if free:
                return free
        return _NOTHING

    def _skip_dependants(self, v: int) -> None:
        states = self.states
        front = [v]
        while front:
            for successor in self.plan.successors[front.pop()]:
                if states[successor] == PENDING:
                    states[successor] = SKIPPED
                    front.append(successor)
