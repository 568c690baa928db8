"""Say which handlers a stopped run still waits for, and where they are.

A thread cannot be stopped from outside, and a run never leaves one behind silently; so
a run that cannot end says why, with the line that each handler is at.
"""

import sys
import threading
from collections.abc import Sequence
from typing import Final

from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.logbook import log_warning
from hbia_dsl.kernel.plan import NO_TIME
from hbia_dsl.kernel.run_state import RunState

STILL_WAITING_S: Final = 10.0
"""How often a run says which handlers it still waits for after it was stopped, in seconds."""

HEED_S: Final = 0.5
"""How long a run waits for its threads at a stretch, in seconds.

Python looks at a signal that comes just before it begins to block when it has ended to.
"""


def running_vertices(run: RunState) -> list[int]:
    """Return the vertices that were started and have not ended."""
    times = zip(run.started, run.ended, strict=True)
    return [v for v, (begun, over) in enumerate(times) if begun != NO_TIME and over == NO_TIME]


def report_stragglers(run: RunState, running: Sequence[int]) -> None:
    """Log one warning for each running vertex, with the line where its thread is."""
    places = _places_by_code(run, running)
    for v in running:
        place = places.get(v)
        log_warning(
            "flow `%s` was stopped and still waits for %s%s; a handler that is not async "
            "can end early by check_cancelled() or on_cancel()",
            run.plan.flow,
            run.vertices[v].name if run.vertices[v].is_step else f"vertex `{run.vertices[v].name}`",
            "" if place is None else f", at {place.short()}",
        )


def _places_by_code(run: RunState, running: Sequence[int]) -> dict[int, Location]:
    """Find the threads that are inside the handlers, by the code they run."""
    wanted: dict[object, list[int]] = {}
    for v in running:
        code = getattr(run.vertices[v].handler, "__code__", None)
        if code is not None:
            wanted.setdefault(code, []).append(v)
    found: dict[int, Location] = {}
    frames = sys._current_frames()  # noqa: SLF001 - CPython's documented way to see other threads
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        while frame is not None:
            waiting = wanted.get(frame.f_code)
            if waiting:
                found[waiting.pop(0)] = Location(frame.f_code.co_filename, frame.f_lineno)
                break
            frame = frame.f_back
    return found
