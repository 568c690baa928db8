"""A run of a planned flow, as its `Run` asks for it."""

from collections.abc import Mapping, Sequence

from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.run_account import states_of, timings_of
from hbia_dsl.flow.run_report import RunReport
from hbia_dsl.flow.vertex_timing import VertexTiming
from hbia_dsl.kernel.conclusion import identity
from hbia_dsl.kernel.kernel import SUCCEEDED
from hbia_dsl.kernel.run_state import RunState


class PlannedRun:
    """The plan of a run, and its state; a `RunRecord`."""

    __slots__ = ("_planned", "_state", "output_slots", "result_slot", "slots")

    def __init__(self, planned: PlannedFlow, state: RunState) -> None:
        self._planned = planned
        self._state = state
        # Attributes: programs read values more often than anything else.
        self.slots: Sequence[object] = state.slots
        self.result_slot: int | None = planned.result_slot
        self.output_slots: Mapping[str, Mapping[str, int]] = planned.output_slots

    def slot_of(self, vertex: str) -> int:
        """Return the slot of the whole result of a vertex."""
        return self._state.vertices[self._planned.numbers[vertex]].slot

    def has_run(self, vertex: str) -> bool:
        """Return whether a vertex has succeeded, so that its values are there."""
        return self._state.kernel.states[self._planned.numbers[vertex]] == SUCCEEDED

    def identity(self) -> str:
        """Return the identity of the run."""
        return identity(self._state)

    def states(self) -> Mapping[str, str]:
        """Return how each vertex ended, in canonical order."""
        return states_of(self._state)

    def timings(self) -> Mapping[str, VertexTiming]:
        """Return when each vertex that was started ran, in canonical order."""
        return timings_of(self._state)

    def report(self) -> RunReport:
        """Return the report of the run."""
        from hbia_dsl.flow.run_report_making import report_of  # loaded where it is used

        return report_of(self._state)
