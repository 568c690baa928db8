"""What a `Run` needs of the run behind it.

The record holds all that planned and ran the flow; this protocol loads none of it, so
importing the package stays light.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hbia_dsl.flow.run_report import RunReport
from hbia_dsl.flow.vertex_timing import VertexTiming


class RunRecord(Protocol):
    """One run that has ended; see `PlannedRun`."""

    @property
    def slots(self) -> Sequence[object]:
        """All values of the run."""
        ...

    @property
    def result_slot(self) -> int | None:
        """Slot of the flow's result; None if the flow declares none."""
        ...

    @property
    def output_slots(self) -> Mapping[str, Mapping[str, int]]:
        """By vertex, in canonical order: slots of its outputs; of a split vertex the parts."""
        ...

    def slot_of(self, vertex: str) -> int:
        """Return the slot of the whole result of a vertex."""
        ...

    def has_run(self, vertex: str) -> bool:
        """Return whether a vertex has succeeded, so that its values are there."""
        ...

    def identity(self) -> str:
        """Return the identity of the run."""
        ...

    def states(self) -> Mapping[str, str]:
        """Return how each vertex ended, in canonical order."""
        ...

    def timings(self) -> Mapping[str, VertexTiming]:
        """Return when each vertex that was started ran, in canonical order."""
        ...

    def report(self) -> RunReport:
        """Return the report of the run."""
        ...
