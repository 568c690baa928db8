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
from functools import partial
from queue import Empty, SimpleQueue

from hbia_dsl.drivers.invoke import invoke
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.drivers.stragglers import (
    HEED_S,
    STILL_WAITING_S,
    report_stragglers,
    running_vertices,
)
from hbia_dsl.drivers.thread_pool import POOL, Report, Ticket
from hbia_dsl.kernel.conclusion import add_failures_as_notes
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_state import RunState


def drive_stages_on_threads(run: RunState, max_workers: int) -> None:
    """Run all vertices, those of one stage at once on up to `max_workers` threads.

    The calling thread is one of them. Returns when nothing of the run is left running;
    the outcome is in the run's kernel.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed while the caller waited, or for the second
            time; only in the second case handlers may still run.
    """
    ready = run.kernel.start()
    while ready:
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

    __slots__ = ("departures", "ended", "helpers", "is_interrupted", "left", "run", "todo")

    def __init__(self, run: RunState, ready: Sequence[int]) -> None:
        self.run = run
        self.todo: deque[int] = deque(ready)
        self.ended: list[tuple[int, BaseException | None]] = []
        """How vertices ended; every thread appends."""
        self.helpers: list[Ticket] = []
        self.left: list[int] = []
        """The helpers that have done all they will do; each appends itself."""
        self.departures: SimpleQueue[None] = SimpleQueue()
        """Wakes the caller when a helper leaves."""
        self.is_interrupted = False
        """Whether a handler was hit by a Ctrl-C: then one while we wait is the second."""

    def work_off(self, max_workers: int) -> Sequence[int]:
        """Run the stage; return the next one."""
        try:
            for number in range(min(max_workers, len(self.todo)) - 1):
                self._call_helper(number)
            self._work()
            self._wait()
        except BaseException as interrupt:
            # Ctrl-C in our own code: stop, wait for the helpers, then let it out. A second one
            # interrupts this wait too, and so leaves at once.
            is_first = not self.is_interrupted
            self.run.kernel.stop(StopReason.INTERRUPT)
            self.todo.clear()
            tell_handlers(self.run)
            if is_first:
                self._wait()
            self._account()
            add_failures_as_notes(self.run, interrupt)
            raise
        return self._account()

    def _call_helper(self, number: int) -> None:
        # Noted before it is handed out, so that a Ctrl-C in between loses no helper.
        self.helpers.append(Ticket(POOL, partial(self._help, number)))
        try:
            POOL.hand_out(self.helpers[-1])
        except RuntimeError:  # the system gives no more threads: we work with those there are
            self.helpers.pop()

    def _work(self) -> None:
        """Take vertices in turn with the helpers until none is left."""
        run, todo, ended = self.run, self.todo, self.ended
        while todo:
            try:
                v = todo.popleft()
            except IndexError:  # a helper was quicker
                return
            error = invoke(run, v)
            ended.append((v, error))
            if error is not None:
                self._on_failure(error)

    def _on_failure(self, error: BaseException) -> None:
        """Tell the others at once: nothing more is begun, running handlers can notice."""
        if not isinstance(error, Exception):
            self.is_interrupted = True
            self._call_off(StopReason.INTERRUPT)
        elif not self.run.keeps_going:
            self._call_off(StopReason.FAILURE)

    def _call_off(self, reason: StopReason) -> None:
        self.todo.clear()
        self.run.scope.token.cancel(reason.value)

    def _help(self, number: int) -> Report:
        self._work()
        return partial(self._leave, number)

    def _leave(self, number: int) -> None:
        self.left.append(number)
        self.departures.put(None)

    def _wait(self) -> None:
        """Wait until every helper that has begun has left; those that have not are called off."""
        begun = [helper for helper in self.helpers if not helper.revoke()]
        run, told_at = self.run, self.run.clock()
        while len(self.left) < len(begun):
            try:
                self.departures.get(timeout=min(HEED_S, STILL_WAITING_S))
            except Empty:
                now = run.clock()
                if run.scope.token.reason is not None and now - told_at >= STILL_WAITING_S:
                    told_at = now
                    report_stragglers(run, running_vertices(run))

    def _account(self) -> Sequence[int]:
        """Tell the kernel how each vertex ended; return the next stage."""
        kernel = self.run.kernel
        following: Sequence[int] = ()
        # In the order of their ends: what gave way to a failure comes after it, and is cancelled.
        for v, error in self.ended:
            new = kernel.succeeded(v) if error is None else record_outcome(self.run, v, error)
            following = new or following
        return following
