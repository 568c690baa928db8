"""The pool: daemon threads shared by all runs of the process.

Threads are made when needed and end when they have been idle for a moment. They are
daemons, so they never hold the exit of the interpreter; a run waits for its own
vertices itself. The pool has no limit: each run limits how many threads it uses at
once (slots), so a run inside a vertex of another cannot starve.

An idle thread waits at a queue of its own. To wake one is to put a ticket in its
queue; a ticket whose job was not begun can be taken back, and then costs the thread a
glance. That matters because a woken thread may need a while to get going: by then the
caller has often done the work itself.

A Ctrl-C can strike the calling thread between any two lines. So what must not be torn
is one call into C: who claims a ticket is settled by one `setdefault`.
"""

import os
import threading
from collections.abc import Callable
from itertools import count
from queue import Empty, SimpleQueue
from typing import Final

IDLE_S: Final = 0.4
"""How long a thread waits for its next job before it ends, in seconds."""

Report = Callable[[], object]
"""Tells somebody that a job is done; must not raise."""

Job = Callable[[], Report | None]
"""Must not raise. What it returns is called when its thread is free for the next job: whoever
hears of the end of one job may have another."""

_BEGUN: Final = "begun"
_REVOKED: Final = "revoked"


class Ticket:
    """A job for a thread, and the right to take it back before it begins."""

    __slots__ = ("_claim", "_job", "_pool", "_worker")

    def __init__(self, pool: "ThreadPool", job: Job) -> None:
        self._pool = pool
        self._job: Job | None = job
        self._claim: dict[None, str] = {}
        self._worker: _Worker | None = None

    def revoke(self) -> bool:
        """Take the job back; return whether it had not begun, and so never will.

        May be called again, with the same answer.
        """
        if self._claim.setdefault(None, _REVOKED) is not _REVOKED:
            return False
        self._job = None
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.make_idle(worker)
        return True

    def take(self) -> Job | None:
        """Take the job to do it; None if it was revoked."""
        job = self._job
        self._job = None
        return job if self._claim.setdefault(None, _BEGUN) is _BEGUN else None

    def give_to(self, worker: "_Worker") -> None:
        """Hand this ticket to an idle thread."""
        worker.box.put(self)
        self._worker = worker

    def note_worker(self, worker: "_Worker") -> None:
        """Note the thread that was started with this ticket, for when it is revoked."""
        self._worker = worker


class _Worker:
    __slots__ = ("box",)

    def __init__(self) -> None:
        self.box: SimpleQueue[Ticket] = SimpleQueue()


class ThreadPool:
    """Threads that run jobs; see the module's docstring."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._numbers = count(1)

    def submit(self, job: Job) -> Ticket:
        """Have a job done by a thread of the pool; it starts at once.

        Raises:
            RuntimeError: No thread is idle and the system gives no more.
        """
        ticket = Ticket(self, job)
        self.hand_out(ticket)
        return ticket

    def hand_out(self, ticket: Ticket) -> None:
        """Do what `submit` does for a ticket that the caller has noted already."""
        # All under the lock: a thread that is not idle, and to which nothing was given, may end.
        with self._lock:
            if self._idle:
                ticket.give_to(self._idle.pop())
                return
        self._start(ticket)

    def make_idle(self, worker: _Worker) -> None:
        """Count a thread as free for the next job."""
        with self._lock:
            self._idle.append(worker)

    def idle_count(self) -> int:
        """Return how many threads wait for a job."""
        with self._lock:
            return len(self._idle)

    def forget_threads(self) -> None:
        """Start over: in a forked child none of the parent's threads exist."""
        self._lock = threading.Lock()
        self._idle = []

    def _start(self, ticket: Ticket) -> None:
        worker = _Worker()
        worker.box.put(ticket)
        threading.Thread(
            target=self._serve,
            args=(worker,),
            name=f"hbia-worker-{next(self._numbers)}",
            daemon=True,
        ).start()
        ticket.note_worker(worker)

    def _serve(self, worker: _Worker) -> None:
        while True:
            try:
                ticket = worker.box.get(timeout=IDLE_S)
            except Empty:
                if self._may_end(worker):
                    return
                continue
            job = ticket.take()
            if job is not None:
                report = job()
                del job  # a run's values must not live on in an idle thread
                self.make_idle(worker)
                if report is not None:
                    report()
                    del report

    def _may_end(self, worker: _Worker) -> bool:
        """Take an idle thread out of the pool, unless a ticket is on its way to it."""
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
                return True
            # Neither idle nor given anything: a Ctrl-C hit whoever was about to give it something.
            return worker.box.empty()


POOL: Final = ThreadPool()
"""The one pool of the process. It has no thread until a run needs one."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.forget_threads)
