"""A flow in which every moment is known, and what must be true after it was cancelled."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.drivers.thread_pool import POOL
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel
from sample_plans import Sketch, turn

WORKER = "hbia-worker"


class World:
    """Counts the moments at which a run can be cancelled, and has it cancelled at one of them."""

    def __init__(self, cancel_at: int) -> None:
        self.cancel_at = cancel_at
        self.moments = 0
        self.is_fired = False
        self.fire: Callable[[], object] = lambda: None
        """Cancels the host; called on the loop's thread."""
        self.on_loop: Callable[[Callable[[], object]], object] = lambda call: call()
        """Has something called on the loop's thread, from any thread."""
        self.entered = 0
        self.left = 0
        self._lock = threading.Lock()

    def moment(self) -> None:
        """Be at a moment; the run may be cancelled here."""
        with self._lock:
            self.moments += 1
            is_mine = self.moments == self.cancel_at
        if is_mine:
            self.is_fired = True
            self.on_loop(self.fire)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Count who is inside a handler, its clean-up included."""
        with self._lock:
            self.entered += 1
        try:
            yield
        finally:
            with self._lock:
                self.left += 1

    async def wait(self) -> None:
        """Await once, with a moment before and one after."""
        self.moment()
        await turn()
        self.moment()


async def in_a_child_task(call: Callable[[], Coroutine[object, object, None]]) -> None:
    """Await something in a task of its own, structured as this loop has it."""
    if running_loop() == "trio":
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
    else:
        async with asyncio.TaskGroup() as group:
            group.create_task(call())


def busy_plan(world: World) -> Plan:
    """Return a plan with async vertices, a thread, clean-up that awaits, and child tasks."""
    freed = threading.Event()

    async def plain(x: int) -> int:
        with world.inside():
            await world.wait()
            return x + 1

    async def cleans_up(x: int) -> int:
        with world.inside():
            try:
                await world.wait()
                await world.wait()
            finally:
                freed.set()
                await _undisturbed_turns()
            return x + 2

    def on_a_thread(x: int) -> int:
        with world.inside():
            world.moment()
            with on_cancel(freed.set):
                freed.wait(20)
            check_cancelled()
            world.moment()
            return x + 3

    async def has_children(x: int) -> int:
        with world.inside():
            await in_a_child_task(world.wait)
            return x + 4

    async def ends_late(x: int) -> int:
        with world.inside():
            try:
                await world.wait()
            except asyncio.CancelledError:  # on trio nobody may swallow one
                await turn()
            return x + 5

    def last(*values: int) -> int:
        with world.inside():
            world.moment()
            return sum(values)

    return (
        Sketch("busy")
        .vertex("plain", plain, "x", is_async=True)
        .vertex("cleans_up", cleans_up, "plain", is_async=True)
        .vertex("on_a_thread", on_a_thread, "plain", is_async=False)
        .vertex("has_children", has_children, "plain", is_async=True)
        .vertex("ends_late", ends_late, "plain", is_async=True)
        .vertex(
            "last", last, "cleans_up", "on_a_thread", "has_children", "ends_late", is_async=False
        )
        .plan()
    )


BUSY_MOMENTS = 13
"""How many moments a run of the busy plan has if nobody cancels it."""

BUSY_VALUE = 2 * 4 + 2 + 3 + 4 + 5
"""What the last vertex of the busy plan gives for 1."""


async def _undisturbed_turns() -> None:
    """Clean up with awaits: on trio behind a shield, on asyncio as it is."""
    if running_loop() == "trio":
        with trio.CancelScope(shield=True):
            for _ in range(3):
                await trio.lowlevel.checkpoint()
    else:
        for _ in range(3):
            await asyncio.sleep(0)


class JumpLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose clock can be put forward, and that counts its turns."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_s = 0.0
        self.turns = 0

    def time(self) -> float:
        """Return the time, put forward."""
        return super().time() + self.ahead_s

    def jump(self, seconds: float) -> None:
        """Put the clock forward; timers that are due then fire at the next turn."""
        self.ahead_s += seconds

    def _run_once(self) -> None:
        self.turns += 1
        super()._run_once()  # type: ignore[misc]  # what run_forever repeats

    def pending_timers(self) -> int:
        """Return how many timers wait."""
        scheduled = self._scheduled  # type: ignore[attr-defined]  # the loop's own heap of timers
        return sum(1 for handle in scheduled if not handle.cancelled())


class Spied:
    """An awaited coroutine, and the cancellations that its task threw into it."""

    def __init__(self, coroutine: Coroutine[object, object, object]) -> None:
        self.coroutine = coroutine
        self.thrown: list[BaseException] = []

    def __await__(self) -> Generator[object, object, object]:
        """Hand everything through."""
        try:
            waits_for = self.coroutine.send(None)
            while True:
                try:
                    answer = yield waits_for
                except BaseException as error:  # noqa: BLE001 - noted and handed on
                    self.thrown.append(error)
                    waits_for = self.coroutine.throw(error)
                else:
                    waits_for = self.coroutine.send(answer)
        except StopIteration as end:
            return end.value


def descriptors() -> int:
    """Return how many file descriptors this process has open."""
    return sum(1 for _ in Path("/dev/fd").iterdir())


def assert_no_thread_works() -> None:
    """Check that every thread of the pool is idle, or is so in a moment."""
    until = time.monotonic() + 1.0
    while True:
        # One that is not alive was never started: a Ctrl-C inside of Thread.start leaves such.
        threads = (t for t in threading.enumerate() if t.is_alive())
        workers = [t for t in threads if t.name.startswith(WORKER)]
        if len(workers) <= POOL.idle_count():
            return
        assert time.monotonic() < until, f"{len(workers)} threads, {POOL.idle_count()} idle"
        time.sleep(0.001)
