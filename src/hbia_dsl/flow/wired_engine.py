"""The engine of a flow: plans it once, reads the inputs of each run, and has it run.

A `Flow` is a face; all flows made from one by `options` share one engine.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from hbia_dsl.flow.attached_transactions import NO_TRANSACTIONS, AttachedTransactions
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.input_reading import into_slots, read_call, read_data
from hbia_dsl.flow.lowered_plan import lower_awaits, lower_plan
from hbia_dsl.flow.plan_flow import plan_flow
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.planned_run import PlannedRun
from hbia_dsl.flow.run_mode import RunMode, run_mode
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.lowering.await_text import AwaitedRun
from hbia_dsl.lowering.run_text import CompiledRun
from hbia_dsl.wiring.wired_flow import WiredFlow

LARGE_VERTICES: Final = 2_000
"""A flow of more vertices is compiled for its second serial run: compiling costs about
twenty plain runs, and most very large flows run once."""

_Plans = dict[tuple[bool, bool], PlannedFlow]
"""By whether values are checked, and whether results are kept."""


class WiredEngine:
    """Plans and runs one wired flow."""

    __slots__ = ("_attached", "_awaited", "_lowered", "_plans", "_serial_runs", "wired")

    def __init__(self, wired: WiredFlow) -> None:
        self.wired: WiredFlow = wired
        self._plans: _Plans = {}
        self._attached: WeakKeyDictionary[AttachedTransactions, _Plans] = WeakKeyDictionary()
        self._lowered: dict[tuple[bool, bool], CompiledRun] = {}
        self._awaited: dict[bool, AwaitedRun] = {}
        self._serial_runs = 0

    def run(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> PlannedRun:
        """Run on the arguments of a call."""
        mode = run_mode(options)
        planned = self._planned_for(options, mode)
        values = read_call(self.wired, planned, args, kwargs)
        state = execute(planned.plan, values, options, mode=mode, lowered=self)
        return PlannedRun(planned, state)

    async def run_async(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> PlannedRun:
        """Run on the arguments of a call, inside the running event loop."""
        mode = run_mode(options)
        planned = self._planned_for(options, mode)
        values = read_call(self.wired, planned, args, kwargs)
        state = await execute_async(planned.plan, values, options, mode=mode, lowered=self)
        return PlannedRun(planned, state)

    def run_data(self, options: RunOptions, data: object) -> PlannedRun:
        """Run on untyped data."""
        mode = run_mode(options)
        planned = self._planned_for(options, mode)
        values = into_slots(self.wired, planned, read_data(self.wired, planned, data))
        state = execute(planned.plan, values, options, mode=mode, lowered=self)
        return PlannedRun(planned, state)

    async def run_data_async(self, options: RunOptions, data: object) -> PlannedRun:
        """Run on untyped data, inside the running event loop."""
        mode = run_mode(options)
        planned = self._planned_for(options, mode)
        values = into_slots(self.wired, planned, read_data(self.wired, planned, data))
        state = await execute_async(planned.plan, values, options, mode=mode, lowered=self)
        return PlannedRun(planned, state)

    def planned(
        self,
        *,
        check: bool,
        transactions: AttachedTransactions = NO_TRANSACTIONS,
        cached: bool = False,
    ) -> PlannedFlow:
        """Return the plan, made when it is first asked for."""
        plans = self._plans
        if transactions is not NO_TRANSACTIONS:
            # Kept as long as somebody has a flow with these transactions.
            plans = self._attached.setdefault(transactions, {})
        planned = plans.get((check, cached))
        if planned is None:
            planned = plans[check, cached] = plan_flow(
                self.wired, check=check, transactions=transactions, cached=cached
            )
        return planned

    def _planned_for(self, options: RunOptions, mode: RunMode) -> PlannedFlow:
        return self.planned(
            check=options.check,
            transactions=options.transactions,
            cached=mode.cache_dir is not None,
        )

    def lowered(self, *, check: bool, timed: bool) -> CompiledRun | None:
        """Return the flow compiled for serial runs; None if this run should use the plan.

        Atomic groups are the kernel's, which knows when one begins and ends.
        """
        compiled = self._lowered.get((check, timed))
        if compiled is None and self._may_compile():
            planned = self.planned(check=check)
            compiled = lower_plan(self.wired, planned, check=check, timed=timed)
            self._lowered[check, timed] = compiled
        return compiled

    def awaited(self, *, check: bool) -> AwaitedRun | None:
        """Return the flow, all of it async, compiled as `lowered` does."""
        compiled = self._awaited.get(check)
        if compiled is None and self._may_compile():
            planned = self.planned(check=check)
            compiled = self._awaited[check] = lower_awaits(self.wired, planned, check=check)
        return compiled

    def _may_compile(self) -> bool:
        if self.wired.graph.atomic_groups:
            return False
        self._serial_runs += 1
        return self._serial_runs > 1 or len(self.wired.vertices) <= LARGE_VERTICES
