"""The engine of a flow: plans it once, reads the inputs of each run, and has it run.

A `Flow` is a face; all flows made from one by `options` share one engine.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.input_reading import into_slots, read_call, read_data
from hbia_dsl.flow.lowered_plan import lower_plan
from hbia_dsl.flow.plan_flow import plan_flow
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.run_text import CompiledRun
from hbia_dsl.wiring.wired_flow import WiredFlow

LARGE_VERTICES: Final = 2_000
"""A flow of more vertices is compiled for its second serial run: compiling costs about
twenty plain runs, and most very large flows run once."""


class WiredEngine:
    """Plans and runs one wired flow."""

    __slots__ = ("_lowered", "_plans", "_serial_runs", "wired")

    def __init__(self, wired: WiredFlow) -> None:
        self.wired: WiredFlow = wired
        self._plans: dict[bool, PlannedFlow] = {}
        self._lowered: dict[bool, CompiledRun] = {}
        self._serial_runs = 0

    def run(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[PlannedFlow, RunState]:
        """Run on the arguments of a call."""
        planned = self.planned(check=options.check)
        values = read_call(self.wired, planned, args, kwargs)
        return planned, execute(planned.plan, values, options, lowered=self)

    async def run_async(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[PlannedFlow, RunState]:
        """Run on the arguments of a call, inside the running event loop."""
        planned = self.planned(check=options.check)
        values = read_call(self.wired, planned, args, kwargs)
        return planned, await execute_async(planned.plan, values, options)

    def run_data(self, options: RunOptions, data: object) -> tuple[PlannedFlow, RunState]:
        """Run on untyped data."""
        planned = self.planned(check=options.check)
        values = into_slots(self.wired, planned, read_data(self.wired, planned, data))
        return planned, execute(planned.plan, values, options, lowered=self)

    async def run_data_async(
        self, options: RunOptions, data: object
    ) -> tuple[PlannedFlow, RunState]:
        """Run on untyped data, inside the running event loop."""
        planned = self.planned(check=options.check)
        values = into_slots(self.wired, planned, read_data(self.wired, planned, data))
        return planned, await execute_async(planned.plan, values, options)

    def planned(self, *, check: bool) -> PlannedFlow:
        """Return the plan, made when it is first asked for."""
        planned = self._plans.get(check)
        if planned is None:
            planned = self._plans[check] = plan_flow(self.wired, check=check)
        return planned

    def lowered(self, *, check: bool) -> CompiledRun | None:
        """Return the flow compiled for serial runs; None if this run should use the plan.

        Atomic groups are the kernel's, which knows when one begins and ends.
        """
        compiled = self._lowered.get(check)
        if compiled is not None or self.wired.graph.atomic_groups:
            return compiled
        self._serial_runs += 1
        if self._serial_runs == 1 and len(self.wired.vertices) > LARGE_VERTICES:
            return None
        planned = self.planned(check=check)
        compiled = self._lowered[check] = lower_plan(self.wired, planned, check=check)
        return compiled
