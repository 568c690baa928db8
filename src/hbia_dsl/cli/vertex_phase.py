"""How far each vertex of a run is, read from the run while it goes on."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.flow.cache_note import HIT, CacheNote
from hbia_dsl.flow.current_cache import CURRENT_CACHE
from hbia_dsl.kernel.kernel import (
    CANCELLED,
    COMPENSATED,
    FAILED,
    ROLLED_BACK,
    SKIPPED,
    SUCCEEDED,
)
from hbia_dsl.kernel.plan import NO_TIME
from hbia_dsl.kernel.run_state import RunState

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
CACHED: Final = "cached"
INTERRUPTED: Final = "interrupted"
UNDONE: Final = "rolled back"
TAKEN_BACK: Final = "compensated"

_ENDED: Final = {
    SUCCEEDED: DONE,
    FAILED: "failed",
    SKIPPED: "skipped",
    CANCELLED: "cancelled",
    ROLLED_BACK: UNDONE,
    COMPENSATED: TAKEN_BACK,
}


@attrs.frozen
class VertexPhase:
    """One vertex at one moment."""

    name: str
    phase: str
    """waiting, running, done, cached, failed, skipped, cancelled, interrupted, rolled back or
    compensated."""
    seconds: float | None
    """How long it ran, or has been running; None if it did not start."""
    started: float
    """On the clock of the run; `NO_TIME` if it did not start."""
    ended: float
    """On the clock of the run; `NO_TIME` if it has not ended."""


def phases(run: RunState) -> Sequence[VertexPhase]:
    """Return how far the vertices are, in canonical order.

    Args:
        run: The run; it may be going on, on any threads.
    """
    now = run.clock()
    states = run.kernel.states
    notes = _cache_notes(run)
    return [
        _phase(run, v, states[v], now, notes)
        for v, vertex in enumerate(run.vertices)
        if not vertex.is_step  # what begins and ends an atomic group is not the user's
    ]


def _cache_notes(run: RunState) -> Mapping[str, CacheNote]:
    """Return what the cache of a run did about each vertex; nothing if it has none."""
    if run.context.get(CURRENT_CACHE) is None:
        return {}
    from hbia_dsl.flow.cache_of_run import cache_of  # loaded with the first cache

    cache = cache_of(run)
    return {} if cache is None else cache.notes


def _phase(
    run: RunState, v: int, state: int, now: float, notes: Mapping[str, CacheNote]
) -> VertexPhase:
    name, started, ended = run.vertices[v].name, run.started[v], run.ended[v]
    phase = _ENDED.get(state, WAITING if started == NO_TIME else RUNNING)
    if state == FAILED and not isinstance(run.kernel.failures.get(v), Exception):
        phase = INTERRUPTED
    elif state == SUCCEEDED and name in notes and notes[name].answer == HIT:
        phase = CACHED
    if started == NO_TIME:
        return VertexPhase(name, phase, None, started, ended)
    seconds = max((now if ended == NO_TIME else ended) - started, 0.0)
    return VertexPhase(name, phase, seconds, started, ended)
