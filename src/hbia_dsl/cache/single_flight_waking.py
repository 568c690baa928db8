"""How somebody who waits is woken from another thread: a thread, an asyncio or a trio task.

Each is woken through means of its own: a lock, or a callback that its loop takes from any thread.
"""

import sys
from collections.abc import Awaitable, Callable
from threading import TIMEOUT_MAX, Lock
from typing import Protocol


class Waker(Protocol):
    """Wakes one waiter, once; may be called from any thread."""

    def wake(self) -> bool:
        """Wake the waiter; return False if nobody can be woken any more."""
        ...


class ThreadWaker:
    """Wakes a thread that blocks."""

    def __init__(self) -> None:
        self._closed = Lock()
        self._closed.acquire()

    def wake(self) -> bool:
        """Let the thread go on."""
        try:
            self._closed.release()
        except RuntimeError:  # it is open already
            return False
        return True

    def block(self, timeout_s: float | None = None) -> None:
        """Wait until it is woken, or for so long."""
        self._closed.acquire(timeout=-1 if timeout_s is None else min(timeout_s, TIMEOUT_MAX))


class LoopWaker:
    """Wakes a task of an event loop."""

    def __init__(self, wake_soon: Callable[[], object], until_woken: Awaitable[object]) -> None:
        self._wake_soon = wake_soon
        self.until_woken = until_woken
        """What the task awaits."""

    def wake(self) -> bool:
        """Let the task go on, in a later turn of its loop."""
        try:
            self._wake_soon()
        except RuntimeError:  # its loop is closed: asyncio's and trio's errors for it are such
            return False
        return True


def waker_of_this_task() -> LoopWaker:
    """Return what wakes the task that calls, in whichever loop it runs.

    Raises:
        RuntimeError: No event loop is running.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        return _waker_of_trio_task()
    return _waker_of_asyncio_task()


def _waker_of_trio_task() -> LoopWaker:
    import trio  # loaded already: a task of it is running

    event = trio.Event()
    token = trio.lowlevel.current_trio_token()
    return LoopWaker(lambda: token.run_sync_soon(event.set), event.wait())


def _waker_of_asyncio_task() -> LoopWaker:
    import asyncio  # loaded already: a loop of it is running

    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    def resolve() -> None:
        if not future.done():  # else the task was cancelled meanwhile
            future.set_result(None)

    return LoopWaker(lambda: loop.call_soon_threadsafe(resolve), future)
