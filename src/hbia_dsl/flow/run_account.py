"""The account of a run: how each vertex ended, and when it ran."""

from collections.abc import Mapping

from hbia_dsl.flow.vertex_timing import VertexTiming
from hbia_dsl.kernel.kernel import OUTCOME_NAMES
from hbia_dsl.kernel.plan import NO_TIME
from hbia_dsl.kernel.run_state import RunState


def states_of(run: RunState) -> Mapping[str, str]:
    """Return how each vertex ended, by name, in canonical order."""
    states = run.kernel.states
    return {
        vertex.name: OUTCOME_NAMES[state]
        for vertex, state in zip(run.vertices, states, strict=True)
        if not vertex.is_step
    }


def timings_of(run: RunState) -> Mapping[str, VertexTiming]:
    """Return when each vertex that was started ran, by name, in canonical order.

    Empty if the run does not keep timings: some drivers need the times, and note them anyway.
    """
    if not run.keeps_timings:
        return {}
    begun = min((t for t in run.started if t != NO_TIME), default=0.0)
    return {
        vertex.name: VertexTiming(started - begun, ended - begun)
        for vertex, started, ended in zip(run.vertices, run.started, run.ended, strict=True)
        if started != NO_TIME and not vertex.is_step
    }
