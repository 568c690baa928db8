"""Who looks at runs while they go on: the progress that a command line shows, say.

A watcher is handed the `RunState` of a run before its first vertex starts. It may read the
state at any time, from any thread: times, outcomes and failures only ever go from "not yet"
to their final value. So watching costs the run nothing but being handed over, and a run
that nobody watches one look at a context variable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from hbia_dsl.kernel.run_state import RunState

RUN_WATCH: Final[ContextVar[Callable[[RunState], None] | None]] = ContextVar(
    "hbia_run_watch", default=None
)
"""Is called with the state of each run that begins; None for nobody."""


@contextmanager
def watching_runs(watch: Callable[[RunState], None]) -> Iterator[None]:
    """Have the runs that begin inside the block watched, runs inside their vertices too.

    Args:
        watch: Called at the beginning of each run, on the thread that runs it.
    """
    token = RUN_WATCH.set(watch)
    try:
        yield
    finally:
        RUN_WATCH.reset(token)
