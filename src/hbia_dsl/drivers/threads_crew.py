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

from hbia_dsl.drivers.deadline import has_passed, stop_at_deadline
from hbia_dsl.drivers.invoke import invoke, invoke_with_timeout
from hbia_dsl.drivers.thread_pool import POOL
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.kernel.conclusion import stop_with_parent
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_scope import RunScope
from hbia_dsl.kernel.run_state import RunState

STILL_WAITING_S = 10.0
"""How often a run says which handlers it still waits for after it was stopped, in seconds."""

_Watch = tuple[float, int, RunScope]


def drive_with_crew(run: RunState, max_workers: int) -> None:
    """Run all vertices on up to `max_workers` threads of the pool.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.
    """
    crew = _Crew(run, max_workers)
    unhook = run.scope.token.add_hook(crew.wake)
    try:
        crew.begin()
        crew.wait()
    except BaseException:
        # Ctrl-C while waiting: stop, let the handlers end, then out with it. A second
        # one interrupts this wait too, and leaves at once.
        crew.stop(StopReason.INTERRUPT)
        crew.wait()
        raise
    finally:
        unhook()


class _Crew:
    """The threads that work on one run, and what they share."""

    __slots__ = ("active", "lock", "max_workers", "news", "ready", "run", "running")

    def __init__(self, run: RunState, max_workers: int) -> None:
        self.run = run
        self.max_workers = max_workers
        self.lock = threading.Lock()
        """Guards the kernel, `ready`, `active` and `running`."""
        self.ready: deque[int] = deque()
        self.active = 0
        """How many threads work on this run."""
        self.running: set[int] = set()
        self.news: SimpleQueue[_Watch | None] = SimpleQueue()
        """Wakes the caller: a deadline to watch, or None for "look around"."""

    def begin(self) -> None:
        with self.lock:
            self._release(self.run.kernel.start())

    def wake(self) -> None:
        """Make the caller look around."""
        self.news.put(None)

    def stop(self, reason: StopReason) -> None:
        """Begin nothing more, and tell the running handlers."""
        with self.lock:
            self.run.kernel.stop(reason)
            self.ready.clear()
        tell_handlers(self.run)

    def wait(self) -> None:
        """Wait until no thread works on the run; act on deadlines meanwhile."""
        run = self.run
        watches: list[tuple[float, int, RunScope]] = []
        stopped_at: float | None = None
        while self.active:
            now = run.clock()
            if run.kernel.stop_reason is None:
                self._act_on_time(now)
            elif stopped_at is None:
                stopped_at = now
            while watches and watches[0][0] <= now:
                heappop(watches)[2].token.cancel("its timeout is over")
            try:
                news = self.news.get(timeout=self._patience(now, watches, stopped_at))
            except Empty:
                if stopped_at is not None and run.clock() - stopped_at >= STILL_WAITING_S:
                    stopped_at = run.clock()
                    self._say_who_runs()
                continue
            if news is not None:
                heappush(watches, news)

    def _act_on_time(self, now: float) -> None:
        run = self.run
        is_over = run.scope.deadline is not None and now >= run.scope.deadline
        if is_over or run.scope.token.reason is not None:
            with self.lock:
                self.ready.clear()
                if is_over:
                    stop_at_deadline(run)
                else:
                    stop_with_parent(run)
            tell_handlers(run)

    def _patience(
        self, now: float, watches: Sequence[_Watch], stopped_at: float | None
    ) -> float | None:
        moments = [watches[0][0]] if watches else []
        if self.run.kernel.stop_reason is None and self.run.scope.deadline is not None:
            moments.append(self.run.scope.deadline)
        if stopped_at is not None:
            moments.append(stopped_at + STILL_WAITING_S)
        return max(0.0, min(moments) - now) if moments else None

    def _say_who_runs(self) -> None:
        from hbia_dsl.drivers.stragglers import report_stragglers

        with self.lock:
            names = sorted(self.running)
        report_stragglers(self.run, names)

    def _release(self, ready: Sequence[int]) -> None:
        """Queue vertices and call threads for them, as many as there are slots; lock held."""
        self.ready.extend(ready)
        while self.ready and self.active < self.max_workers:
            self.active += 1
            POOL.submit(partial(self._work, self.ready.popleft()))

    def _work(self, first: int) -> None:
        """Run a vertex and go on with others until none is ready."""
        v: int | None = first
        while v is not None:
            self.running.add(v)
            if self.run.vertices[v].timeout_s is None:
                error = invoke(self.run, v)
            else:
                error = invoke_with_timeout(self.run, v, self._watch)
            with self.lock:
                self.running.discard(v)
                v = self._next_after(v, error)
            if error is not None:
                tell_handlers(self.run)
        if self.active == 0:
            self.wake()

    def _next_after(self, v: int, error: BaseException | None) -> int | None:
        """Record how a vertex ended and take another one; lock held."""
        run = self.run
        if error is not None and has_passed(run):
            stop_at_deadline(run)
        self.ready.extend(record_outcome(run, v, error))
        if run.kernel.stop_reason is not None:
            self.ready.clear()
        following = self.ready.popleft() if self.ready else None
        if following is None:
            self.active -= 1
        elif self.ready:
            self._release(())
        return following

    def _watch(self, scope: RunScope) -> None:
        """Have the caller cancel a vertex's scope when its timeout is over."""
        if scope.deadline is not None:
            self.news.put((scope.deadline, id(scope), scope))
