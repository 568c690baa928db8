"""Everything that changes during one run, in one place.

Drivers share it: the kernel decides, the slots hold the values, two arrays hold the
times. Only one vertex ever writes a given place, so vertices that overlap need no lock.
"""

from array import array
from collections.abc import Mapping, Sequence
from contextvars import Context, copy_context

from hbia_dsl.kernel.group_kernel import GroupKernel
from hbia_dsl.kernel.kernel import Kernel, Schedule
from hbia_dsl.kernel.plan import Plan, PlannedVertex, Slots
from hbia_dsl.kernel.returned_members import RETURNED
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, Clock, RunScope
from hbia_dsl.kernel.settled_group import SettledGroup
from hbia_dsl.kernel.undo_limits import UNDO_ATTEMPTS, UNDO_TIMEOUT_S


class RunState:
    """One run of a plan."""

    __slots__ = (
        "clock",
        "context",
        "deadline_error",
        "ended",
        "keeps_going",
        "keeps_timings",
        "kernel",
        "plan",
        "returned",
        "run_id",
        "scope",
        "settled",
        "slots",
        "started",
        "undo_attempts",
        "undo_timeout_s",
        "vertices",
    )

    def __init__(
        self,
        plan: Plan,
        inputs: Mapping[int, object],
        *,
        clock: Clock,
        timeout_s: float | None = None,
        schedule: Schedule = Schedule.SERIAL,
        keeps_going: bool = False,
    ) -> None:
        """Prepare a run.

        Args:
            plan: What to run.
            inputs: The flow's inputs by slot.
            clock: Where times and deadlines are read from.
            timeout_s: Longest time that the run may take, in seconds.
            schedule: When a vertex may start.
            keeps_going: See `Kernel`.
        """
        self.plan: Plan = plan
        self.vertices: Sequence[PlannedVertex] = plan.vertices
        self.keeps_going: bool = keeps_going
        machine = GroupKernel if plan.groups else Kernel
        self.kernel: Kernel = machine(plan, schedule, keeps_going=keeps_going)
        self.slots: Slots = [None] * plan.slot_count
        for slot, value in inputs.items():
            self.slots[slot] = value
        self.started: array[float] = plan.no_times[:]
        """When each vertex was started, in seconds on the clock."""
        self.ended: array[float] = plan.no_times[:]
        """When each vertex ended."""
        self.keeps_timings: bool = True
        """Whether somebody may ask for these times when the run has ended."""
        self.clock: Clock = clock
        self.scope: RunScope = RunScope(plan.flow, clock, CURRENT_SCOPE.get(), timeout_s)
        self.context: Context = copy_context()
        """The caller's context with the scope in it; each vertex runs in its own copy."""
        self.context.run(CURRENT_SCOPE.set, self.scope)
        self.returned: dict[int, object] = {}
        """By number: what members gave whose effects may have to be undone."""
        if plan.groups:
            self.context.run(RETURNED.set, self.returned)
        self.run_id: str | None = None
        self.deadline_error: Exception | None = None
        self.settled: list[SettledGroup] = []
        """What became of the atomic groups that did not come to their end."""
        self.undo_timeout_s: float = UNDO_TIMEOUT_S
        self.undo_attempts: int = UNDO_ATTEMPTS
