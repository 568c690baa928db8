"""Runs the trials of one group, one after the other: reset, probe, run, probe."""

from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.errors import FlowFailed
from hbia_dsl.flow.execution import execute
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.run_mode import RunMode, run_mode
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.testing.failure_injector import FailureInjector
from hbia_dsl.testing.failure_point import FailurePoint, InjectedFailure, Place
from hbia_dsl.testing.injected_plan import plan_injected
from hbia_dsl.testing.trial import Mode, Trial
from hbia_dsl.testing.trial_points import TriedGroup, tried_group
from hbia_dsl.wiring.wired_flow import WiredFlow

_MOST_TRIES = {Place.UNDO_TWICE: 2, Place.UNDO_NEVER: 1}
"""How often a compensation is tried where it is disturbed: no more than the trial needs."""


@attrs.frozen
class Verified:
    """What is verified, and with what."""

    flow: WiredFlow
    options: RunOptions
    """Of the flow; a cache is never used."""
    read_inputs: Callable[[PlannedFlow], dict[int, object]]
    """Makes the inputs of one run, by slot."""
    probe: Callable[[], object]
    reset: Callable[[], object] | None


class TrialRunner:
    """Runs the trials of one group."""

    def __init__(self, verified: Verified, group: str) -> None:
        """Plan the flow with an injector around a group.

        Raises:
            RunOptionError: Members take connections, and nothing is attached to their group.
        """
        flow, options = verified.flow, verified.options
        self._verified = verified
        self._injector = FailureInjector()
        self._planned = plan_injected(
            flow,
            flow.graph.atomic_groups[group],
            self._injector,
            check=options.check,
            transactions=options.transactions,
        )
        plan = self._planned.plan
        found = next(planned for planned in plan.groups if planned.name == group)
        order = [plan.vertices[v].name for v in found.members]
        is_transaction = found.transaction is not None
        self.group: TriedGroup = tried_group(flow, group, order, is_transaction=is_transaction)
        self.has_effects: bool = found.has_effects
        """Whether any member changes something, as far as declared."""

    def run(self, point: FailurePoint, mode: Mode) -> Trial:
        """Run the flow with one failure.

        Raises:
            Exception: What the probe or the reset raised, or what kept the run from starting.
        """
        verified = self._verified
        inputs = verified.read_inputs(self._planned)  # before anything is reset
        if verified.reset is not None:
            verified.reset()
        before = verified.probe()
        failed = self._failure_of(point, mode, inputs)
        after = verified.probe()
        return Trial(
            self.group.name,
            mode,
            point,
            before,
            after,
            self._injector.has_raised or point.place is Place.NOWHERE,
            {} if failed is None else _by_themselves(failed.failures),
            {} if failed is None else _by_themselves(failed.compensation_failures),
        )

    def _failure_of(
        self, point: FailurePoint, mode: Mode, inputs: Mapping[int, object]
    ) -> FlowFailed | None:
        is_parallel = mode == "parallel"
        options = attrs.evolve(
            self._verified.options, parallel=is_parallel, cache=False, on_error="stop"
        )
        attempts = _MOST_TRIES.get(point.place, options.compensation_attempts)
        options = attrs.evolve(options, compensation_attempts=attempts)
        self._injector.aim(point, self.group.beside(point) if is_parallel else ())
        try:
            execute(
                self._planned.plan,
                inputs,
                options,
                mode=self._wide_enough(run_mode(options)),
                awaitable_call="asyncio.to_thread(verify_groups, ...)",
            )
        except FlowFailed as failed:
            return failed
        return None

    def _wide_enough(self, mode: RunMode) -> RunMode:
        """Let all members that may overlap do so: the one that fails waits for the others."""
        return attrs.evolve(mode, max_workers=max(mode.max_workers, len(self.group.members)))


def _by_themselves(failures: Mapping[str, Exception]) -> Mapping[str, Exception]:
    return {n: error for n, error in failures.items() if not isinstance(error, InjectedFailure)}
