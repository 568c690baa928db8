"""Threads, with the caller as the watchman: for deadlines, atomic groups and eager runs.

All vertices run on threads of the pool, at most `max_workers` at once. A thread that
has ended a vertex tells the kernel, under the run's lock, and goes on with a vertex
that became ready, so a chain stays on one thread without any hand-over. The caller
only waits, so it can watch deadlines and take a Ctrl-C at any moment.
"""

import threading
from collections import deque
from collections.abc import Sequence
from functools import partial
from heapq import heappop, heappush
from queue import Empty, SimpleQueue

from hbia_dsl.drivers.deadline import has_passed, heed_scope, stop_at_deadline
from hbia_dsl.drivers.invoke import TIME_IS_UP, invoke, invoke_with_timeout
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.drivers.stragglers import (
    HEED_S,
    STILL_WAITING_S,
    report_stragglers,
    running_vertices,
)
from hbia_dsl.drivers.thread_pool import POOL, Report, Ticket
from hbia_dsl.drivers.undoing_here import undo_here
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_scope import RunScope
from hbia_dsl.kernel.run_state import RunState

_Watch = tuple[float, int, RunScope]


def drive_with_crew(run: RunState, max_workers: int) -> None:
    """Run all vertices on up to `max_workers` threads of the pool.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; if twice, handlers may still run.
    """
    crew = _Crew(run, max_workers)
    unhook = run.scope.token.add_hook(crew.wake)
    try:
        crew.begin()
        crew.wait()
    except BaseException as interrupt:
        # Ctrl-C while waiting: stop, let the handlers end, then out with it. A second
        # one interrupts this wait too, and so leaves at once.
        crew.stop(StopReason.INTERRUPT)
        crew.wait()
        undo_here(run, on_threads=True, is_interrupted=True)
        add_failures_as_notes(run, interrupt)
        add_groups_as_notes(run, interrupt)
        raise
    finally:
        unhook()
    undo_here(run, on_threads=True)


class _Crew:
    """The threads that work on one run, and what they share."""

    __slots__ = ("lock", "max_workers", "news", "ready", "run", "threads")

    def __init__(self, run: RunState, max_workers: int) -> None:
        self.run = run
        self.max_workers = max_workers
        self.lock = threading.Lock()
        """Guards the kernel, `ready` and `threads`. Whether there are threads is read without."""
        self.ready: deque[int] = deque()
        self.threads: dict[int, Ticket] = {}
        """The threads that work on this run, by the vertex that each began with."""
        self.news: SimpleQueue[_Watch | None] = SimpleQueue()
        """Wakes the caller: a deadline to watch, or None for "look around"."""

    def begin(self) -> None:
        """Start what may start first."""
        with self.lock:
            heed_scope(self.run)
            if self.run.kernel.stop_reason is None:
                self._release(self.run.kernel.start())

    def wake(self) -> None:
        """Make the caller look around."""
        self.news.put(None)

    def stop(self, reason: StopReason) -> None:
        """Begin nothing more, and tell the running handlers."""
        with self.lock:
            self.run.kernel.stop(reason)
            self.ready.clear()
            for first, ticket in list(self.threads.items()):
                if ticket.revoke():
                    del self.threads[first]
        tell_handlers(self.run)

    def wait(self) -> None:
        """Wait until no thread works on the run; act on deadlines meanwhile."""
        run = self.run
        watches: list[_Watch] = []
        stopped_at: float | None = None
        while self.threads:
            now = run.clock()
            if run.kernel.stop_reason is None:
                self._act_on_time()
            elif stopped_at is None:
                stopped_at = now
            while watches and watches[0][0] <= now:
                heappop(watches)[2].token.cancel(TIME_IS_UP)
            try:
                news = self.news.get(timeout=self._patience(now, watches, stopped_at))
            except Empty:
                if stopped_at is not None and run.clock() - stopped_at >= STILL_WAITING_S:
                    stopped_at = run.clock()
                    report_stragglers(run, running_vertices(run))
                continue
            if news is not None:
                heappush(watches, news)
        if has_passed(run):
            stop_at_deadline(run)  # all has ended, but too late

    def _act_on_time(self) -> None:
        """Stop the run if its time is over or the run around it is being stopped."""
        with self.lock:
            heed_scope(self.run)
            if self.run.kernel.stop_reason is None:
                return
            self.ready.clear()
        tell_handlers(self.run)

    def _patience(self, now: float, watches: Sequence[_Watch], stopped_at: float | None) -> float:
        moments = [now + HEED_S]
        if watches:
            moments.append(watches[0][0])
        if self.run.kernel.stop_reason is None and self.run.scope.deadline is not None:
            moments.append(self.run.scope.deadline)
        if stopped_at is not None:
            moments.append(stopped_at + STILL_WAITING_S)
        return max(0.0, min(moments) - now)

    def _release(self, ready: Sequence[int]) -> None:
        """Queue vertices and call threads for them, as many as there are slots; lock held."""
        self.ready.extend(ready)
        while self.ready and len(self.threads) < self.max_workers:
            first = self.ready.popleft()
            # Noted before it is handed out, so that a Ctrl-C in between loses no thread.
            ticket = self.threads[first] = Ticket(POOL, partial(self._work, first))
            try:
                POOL.hand_out(ticket)
            except RuntimeError:  # the system gives no more threads: those there are do it all
                del self.threads[first]
                self.ready.appendleft(first)
                if not self.threads:
                    raise
                return

    def _work(self, first: int) -> Report | None:
        """Run a vertex and go on with others until none is ready."""
        run, kernel = self.run, self.run.kernel
        v = first if kernel.stop_reason is None else self._take_or_leave(first)
        while v is not None:
            if run.vertices[v].timeout_s is None:
                error = invoke(run, v)
            else:
                error = invoke_with_timeout(run, v, self._watch)
            if error is not None:
                self._record_failure(v, error)
                v = self._take_or_leave(first)
                continue
            with self.lock:
                self.ready.extend(kernel.succeeded(v))
                v = self._next(first)
        return None if self.threads else self.wake

    def _record_failure(self, v: int, error: BaseException) -> None:
        with self.lock:
            self.ready.extend(record_outcome(self.run, v, error))
            if self.run.kernel.stop_reason is not None:
                self.ready.clear()
        tell_handlers(self.run)

    def _take_or_leave(self, first: int) -> int | None:
        with self.lock:
            return self._next(first)

    def _next(self, first: int) -> int | None:
        """Give this thread another vertex, or strike it off if there is none; lock held."""
        if not self.ready:
            del self.threads[first]
            return None
        v = self.ready.popleft()
        if self.ready:
            self._release(())
        return v

    def _watch(self, scope: RunScope) -> None:
        """Have the caller cancel a vertex's scope when its timeout is over."""
        if scope.deadline is not None:
            self.news.put((scope.deadline, id(scope), scope))
