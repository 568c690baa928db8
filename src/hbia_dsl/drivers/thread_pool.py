"""The pool: daemon threads shared by all runs of the process.

Threads are made when needed and end when they have been idle for a moment. They are
daemons, so they never hold the exit of the interpreter; a run waits for its own
vertices itself. The pool has no limit: each run limits how many threads it uses at
once (slots), so a run inside a vertex of another cannot starve.

An idle thread waits at a queue of its own. To wake one is to put a ticket in its
queue; a ticket whose job was not begun can be taken back, and then costs the thread a
glance. That matters because a woken thread may need a while to get going: by then the
caller has often done the work itself.
"""

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

IDLE_S: Final = 0.4
"""How long a thread waits for its next job before it ends, in seconds."""

Job = Callable[[], None]
"""Must not raise."""


class Ticket:
    """A job given to a thread, and the right to take it back before it begins."""

    __slots__ = ("_jobs", "_pool", "_worker")

    def __init__(self, pool: "ThreadPool", job: Job) -> None:
        self._pool = pool
        self._jobs = [job]
        self._worker: _Worker | None = None

    def revoke(self) -> bool:
        """Take the job back; return whether it had not begun, and so never will."""
        try:
            self._jobs.pop()
        except IndexError:
            return False
        if self._worker is not None:
            self._pool.make_idle(self._worker)
        return True

    def take(self) -> Job | None:
        """Take the job to do it; None if it was revoked."""
        try:
            return self._jobs.pop()
        except IndexError:
            return None

    def give_to(self, worker: "_Worker") -> None:
        """Hand this ticket to a thread."""
        self._worker = worker
        worker.box.put(self)


class _Worker:
    __slots__ = ("box",)

    def __init__(self) -> None:
        self.box: SimpleQueue[Ticket] = SimpleQueue()


class ThreadPool:
    """Threads that run jobs; see the module's docstring."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._made = 0

    def submit(self, job: Job) -> Ticket:
        """Have a job done by a thread of the pool; it starts at once."""
        ticket = Ticket(self, job)
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            worker = self._start()
        ticket.give_to(worker)
        return ticket

    def make_idle(self, worker: _Worker) -> None:
        """Count a thread as free for the next job."""
        with self._lock:
            self._idle.append(worker)

    def forget_threads(self) -> None:
        """Start over: in a forked child none of the parent's threads exist."""
        self._lock = threading.Lock()
        self._idle = []

    def _start(self) -> _Worker:
        worker = _Worker()
        self._made += 1
        threading.Thread(
            target=self._serve, args=(worker,), name=f"hbia-worker-{self._made}", daemon=True
        ).start()
        return worker

    def _serve(self, worker: _Worker) -> None:
        while True:
            try:
                ticket = worker.box.get(timeout=IDLE_S)
            except Empty:
                with self._lock:
                    if worker in self._idle:
                        self._idle.remove(worker)
                        return
                continue  # taken out of the idle ones just now: a ticket is on its way
            job = ticket.take()
            if job is None:
                continue
            job()
            del job, ticket  # a run's values must not live on in an idle thread
            self.make_idle(worker)


POOL: Final = ThreadPool()
"""The one pool of the process. It has no thread until a run needs one."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.forget_threads)
