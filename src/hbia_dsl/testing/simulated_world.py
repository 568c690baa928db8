"""One simulated world as a value: a seed and what limits a run, and how to run a plan in it."""

from collections.abc import Mapping
from contextvars import copy_context
from types import MappingProxyType
from typing import Literal

import attrs

from hbia_dsl.drivers.simulated import SimulatedDriver
from hbia_dsl.drivers.simulated_vertex import is_cancellation
from hbia_dsl.drivers.simulation_trace import TraceEvent
from hbia_dsl.drivers.virtual_clock import VirtualClock
from hbia_dsl.errors import FlowFailed
from hbia_dsl.flow.run_options import DEFAULT_GRACE_S, DEFAULT_MAX_TASKS
from hbia_dsl.kernel.conclusion import conclude
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE
from hbia_dsl.kernel.run_state import RunState

NO_DURATIONS: Mapping[str, float] = MappingProxyType({})


@attrs.frozen(eq=False)
class Played:
    """How a run went."""

    state: RunState
    error: BaseException | None
    """What the run would have raised: `FlowFailed`, or a `CancelledError` to its host."""
    trace: tuple[TraceEvent, ...]


@attrs.frozen
class SimulatedWorld:
    """Everything that decides how a run goes, besides the plan and its inputs."""

    seed: int
    schedule: Schedule = Schedule.STAGES
    max_workers: int = 4
    max_tasks: int = DEFAULT_MAX_TASKS
    timeout_s: float | None = None
    keeps_going: bool = False
    grace_s: float = DEFAULT_GRACE_S
    durations_s: Mapping[str, float] = NO_DURATIONS
    cancel_at_s: float | Literal["seeded"] | None = None

    def play(self, plan: Plan, inputs: Mapping[int, object]) -> Played:
        """Run a plan; a failure is returned, an interrupt out of a handler is raised."""
        # A world of its own: the run around the caller, if there is one, has another clock.
        return copy_context().run(self._play, plan, inputs)

    def _play(self, plan: Plan, inputs: Mapping[int, object]) -> Played:
        CURRENT_SCOPE.set(None)
        clock = VirtualClock()
        state = RunState(
            plan,
            inputs,
            clock=clock,
            timeout_s=self.timeout_s,
            schedule=self.schedule,
            keeps_going=self.keeps_going,
        )
        state.run_id = f"seed-{self.seed}"
        driver = SimulatedDriver(
            state,
            clock,
            self.seed,
            max_workers=self.max_workers,
            max_tasks=self.max_tasks,
            grace_s=self.grace_s,
            durations_s=self.durations_s,
        )
        if self.cancel_at_s == "seeded":
            driver.cancel_host_sometime()
        elif self.cancel_at_s is not None:
            driver.cancel_host_at(self.cancel_at_s)
        error: BaseException | None = None
        try:
            driver.drive(self.schedule)
            conclude(state)
        except FlowFailed as failed:
            error = failed
        except BaseException as left_bare:
            if not is_cancellation(left_bare):
                raise
            error = left_bare
        return Played(state, error, tuple(driver.trace))
