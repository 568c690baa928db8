"""Threads, stage by stage: the caller works too, and is helped.

The hand-over between threads is what costs, not the thread. So a stage of one vertex
runs where we are; for a larger one helpers are woken once, and all, the caller
included, take vertices in turn from one queue. Helpers that did not get going before
the stage was over are called off.

Only for plain plans: with deadlines somebody must watch the time, and with atomic
groups a vertex can make another of its own stage ready. `threads_crew` does those.
"""

from collections import deque
from collections.abc import Sequence
from queue import SimpleQueue

from hbia_dsl.drivers.invoke import invoke
from hbia_dsl.drivers.thread_pool import POOL, Ticket
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.conclusion import stop_with_parent
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_state import RunState

_Outcome = tuple[int, BaseException | None]


def drive_stages_on_threads(run: RunState, max_workers: int) -> None:
    """Run all vertices, those of one stage at once on up to `max_workers` threads.

    The calling thread is one of them. Returns when nothing of the run is left running;
    the outcome is in the run's kernel.
    """
    kernel = run.kernel
    token = run.scope.token
    ready = kernel.start()
    while ready:
        if token.reason is not None and kernel.stop_reason is None:
            stop_with_parent(run)
            return
        if len(ready) == 1 or max_workers == 1:
            ready = _run_here(run, ready)
        else:
            ready = _Stage(run, ready).work_off(max_workers)


def _run_here(run: RunState, stage: Sequence[int]) -> Sequence[int]:
    following: Sequence[int] = ()
    for v in stage:
        if run.kernel.stop_reason is not None:
            break
        error = invoke(run, v)
        following = record_outcome(run, v, error)
    return following


class _Stage:
    """One stage being worked off."""

    __slots__ = ("helpers", "outcomes", "run", "todo")

    def __init__(self, run: RunState, ready: Sequence[int]) -> None:
        self.run = run
        self.todo: deque[int] = deque(ready)
        self.outcomes: SimpleQueue[_Outcome | None] = SimpleQueue()
        """What helpers report; None when one leaves."""
        self.helpers: list[Ticket] = []

    def work_off(self, max_workers: int) -> Sequence[int]:
        """Run the stage; return the next one."""
        try:
            for _ in range(min(max_workers, len(self.todo)) - 1):
                self.helpers.append(POOL.submit(self._help))
            self._work()
            return self._gather()
        except BaseException as interrupt:
            # Ctrl-C in the middle of our own code: stop, wait for the helpers, then let it out.
            self.run.kernel.stop(StopReason.INTERRUPT)
            self.todo.clear()
            tell_handlers(self.run)
            self._gather()
            raise interrupt

    def _work(self) -> None:
        """Take vertices in turn with the helpers until none is left."""
        run, todo, outcomes = self.run, self.todo, self.outcomes
        while todo:
            try:
                v = todo.popleft()
            except IndexError:  # a helper was quicker
                return
            error = invoke(run, v)
            outcomes.put((v, error))
            if error is not None:
                self._on_failure(error)

    def _on_failure(self, error: BaseException) -> None:
        """Tell the others at once: nothing more is begun, running handlers can notice."""
        if not self.run.keeps_going or not isinstance(error, Exception):
            self.todo.clear()
            self.run.scope.token.cancel(StopReason.FAILURE.value)

    def _help(self) -> None:
        self._work()
        self.outcomes.put(None)

    def _gather(self) -> Sequence[int]:
        """Wait for all that began, then tell the kernel how each vertex ended."""
        working = sum(1 for ticket in self.helpers if not ticket.revoke())
        self.helpers = []
        ended: list[_Outcome] = []
        while working or not self.outcomes.empty():
            outcome = self.outcomes.get()
            if outcome is None:
                working -= 1
            else:
                ended.append(outcome)
        following: Sequence[int] = ()
        # Failures first: what gave way to one is cancelled only if the kernel knows of it.
        ended.sort(key=lambda o: (o[1] is None or isinstance(o[1], VertexCancelled), o[0]))
        for v, error in ended:
            following = record_outcome(self.run, v, error) or following
        return following if self.run.kernel.stop_reason is None else ()
