"""When one vertex of a run ran."""

import attrs


@attrs.frozen
class VertexTiming:
    """When a vertex ran, in seconds since the first vertex of the run was started."""

    started_s: float
    ended_s: float

    @property
    def duration_s(self) -> float:
        """How long it ran, in seconds."""
        return self.ended_s - self.started_s
