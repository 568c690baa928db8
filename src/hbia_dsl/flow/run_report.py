"""The report of a run: how each vertex ended, how long it took, and what the cache did."""

from collections.abc import Iterator

import attrs

from hbia_dsl.flow.cache_note import HIT, MISS, CacheNote


@attrs.frozen
class VertexReport:
    """One vertex of a run."""

    vertex: str
    state: str
    """succeeded, failed, skipped, cancelled, rolled_back or compensated."""
    duration_s: float | None
    """How long it ran, or was looked up, in seconds; None if it never started."""
    cache: CacheNote | None
    """What the cache did; None in a run without one, or if the vertex never started."""

    def __str__(self) -> str:
        took = "" if self.duration_s is None else f" in {self.duration_s:.6f} s"
        line = f"{self.vertex}: {self.state}{took}"
        if self.cache is None:
            return line
        reasons = "; ".join(self.cache.reasons)
        return f"{line}, {self.cache.answer}{f': {reasons}' if reasons else ''}"


@attrs.frozen
class RunReport:
    """All vertices of a run in canonical order; printed, a line each."""

    flow: str
    run_id: str
    vertices: tuple[VertexReport, ...]

    @property
    def hits(self) -> tuple[str, ...]:
        """The vertices whose kept value was used."""
        return self._with(HIT)

    @property
    def misses(self) -> tuple[str, ...]:
        """The vertices that ran and whose value is kept now."""
        return self._with(MISS)

    def why(self, vertex: str) -> tuple[str, ...]:
        """Say why a vertex ran: what changed, or why nothing is kept of it; empty for a hit.

        Raises:
            KeyError: The run has no such vertex.
        """
        for report in self.vertices:
            if report.vertex == vertex:
                return () if report.cache is None else report.cache.reasons
        raise KeyError(vertex)

    def __len__(self) -> int:
        return len(self.vertices)

    def __iter__(self) -> Iterator[VertexReport]:
        return iter(self.vertices)

    def __str__(self) -> str:
        head = f"run {self.run_id} of flow `{self.flow}`"
        noted = [report for report in self.vertices if report.cache is not None]
        if noted:
            head += f": {len(self.hits)} of {len(noted)} vertices from the cache"
        return "\n".join([head, *(f"  {report}" for report in self.vertices)])

    def _with(self, answer: str) -> tuple[str, ...]:
        return tuple(
            report.vertex
            for report in self.vertices
            if report.cache is not None and report.cache.answer == answer
        )
