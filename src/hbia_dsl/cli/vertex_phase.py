"""How far each vertex of a run is, read from the run while it goes on."""

from collections.abc import Container, Mapping, Sequence
from math import inf
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
from hbia_dsl.kernel.settled_group import SettledGroup

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
CACHED: Final = "cached"
INTERRUPTED: Final = "interrupted"
UNDONE: Final = "rolled back"
DISCARDED: Final = "discarded"
TAKEN_BACK: Final = "compensated"
NOT_UNDONE: Final = "not undone"
LEFT: Final = "left running"

_ENDED: Final = {
    SUCCEEDED: DONE,
    FAILED: "failed",
    SKIPPED: "skipped",
    CANCELLED: "cancelled",
    ROLLED_BACK: UNDONE,
    COMPENSATED: TAKEN_BACK,
}
_AFTERWARDS: Final = (UNDONE, DISCARDED, TAKEN_BACK, NOT_UNDONE)
"""What becomes of a vertex after it was done."""
_CACHED_OR_DONE: Final = {True: CACHED, False: DONE}


@attrs.frozen
class VertexPhase:
    """One vertex at one moment."""

    name: str
    phase: str
    """waiting, running, done, cached, failed, skipped, cancelled, interrupted, left running,
    rolled back, discarded, compensated or not undone."""
    seconds: float | None
    """How long it ran, or has been running; None if it did not start."""
    started: float
    """On the clock of the run; `NO_TIME` if it did not start."""
    ended: float
    """On the clock of the run; `NO_TIME` if it has not ended."""
    earlier: str | None = None
    """What it was before it was undone, or should have been: done or cached."""
    undone: float = inf
    """When it was undone, on the clock of the run; infinite for "after everything else"."""


def phases(run: RunState, *, is_over: bool = False) -> Sequence[VertexPhase]:
    """Return how far the vertices are, in canonical order.

    Args:
        run: The run; it may be going on, on any threads.
        is_over: Whether its caller has it back, so that what still runs was left to itself.
    """
    now = run.clock()
    states = run.kernel.states
    notes = _cache_notes(run)
    kept = _not_undone(run)
    return [
        _phase(run, v, _Moment(states[v], now, is_over, notes, kept))
        for v, vertex in enumerate(run.vertices)
        if not vertex.is_step  # what begins and ends an atomic group is not the user's
    ]


@attrs.frozen
class _Moment:
    """What is known when a vertex is looked at."""

    state: int
    now: float
    is_over: bool
    notes: Mapping[str, CacheNote]
    kept: Container[str]
    """Names of the vertices that should have been undone, and could not be."""


def _cache_notes(run: RunState) -> Mapping[str, CacheNote]:
    """Return what the cache of a run did about each vertex; nothing if it has none."""
    if run.context.get(CURRENT_CACHE) is None:
        return {}
    from hbia_dsl.flow.cache_of_run import cache_of  # loaded with the first cache

    cache = cache_of(run)
    return {} if cache is None else cache.notes


def _not_undone(run: RunState) -> Container[str]:
    """Return the members of groups that could not be undone."""
    found: set[str] = set()
    for group in list(run.settled):
        found.update(group.completed if is_kept_whole(group) else group.failures)
    return found


def is_kept_whole(group: SettledGroup) -> bool:
    """Return whether a transaction could not be rolled back: it fails under its group's name."""
    return group.name in group.failures and group.name not in group.completed


def _phase(run: RunState, v: int, seen: _Moment) -> VertexPhase:
    name, started, ended = run.vertices[v].name, run.started[v], run.ended[v]
    phase, earlier = _told(run, v, seen), None
    is_running = phase == RUNNING
    if phase in _AFTERWARDS:
        earlier = _CACHED_OR_DONE[_is_hit(name, seen)]
    if started == NO_TIME:
        return VertexPhase(name, phase, None, started, ended)
    if is_running and seen.is_over:
        phase = LEFT
    is_open = is_running or ended < started
    seconds = max((seen.now if is_open else ended) - started, 0.0)
    return VertexPhase(name, phase, seconds, started, ended, earlier, _undone_at(run, v))


def _told(run: RunState, v: int, seen: _Moment) -> str:
    """Return the word for the state of a vertex."""
    name, state = run.vertices[v].name, seen.state
    if state == FAILED and not isinstance(run.kernel.failures.get(v), Exception):
        return INTERRUPTED
    if state == SKIPPED and _was_begun(run, v):  # a second Ctrl-C waits for nothing
        return INTERRUPTED
    if state == SUCCEEDED:
        return NOT_UNDONE if name in seen.kept else _CACHED_OR_DONE[_is_hit(name, seen)]
    if state == ROLLED_BACK and run.plan.groups[run.plan.group_of[v]].transaction is None:
        return DISCARDED
    return _ENDED.get(state, WAITING if run.started[v] == NO_TIME else RUNNING)


def _was_begun(run: RunState, v: int) -> bool:
    """Return whether a vertex was begun, and not in an earlier attempt of its transaction only."""
    g = run.plan.group_of.get(v)
    steps = None if g is None else run.plan.groups[g].transaction
    begun = NO_TIME if steps is None else run.started[steps.begin]
    return run.started[v] != NO_TIME and run.started[v] >= begun


def _is_hit(name: str, seen: _Moment) -> bool:
    return name in seen.notes and seen.notes[name].answer == HIT


def _undone_at(run: RunState, v: int) -> float:
    """Return when a vertex was undone: with its transaction on the way, else when all was over."""
    g = run.plan.group_of.get(v)
    steps = None if g is None else run.plan.groups[g].transaction
    ended = NO_TIME if steps is None else run.ended[steps.commit]
    return inf if ended == NO_TIME else ended
