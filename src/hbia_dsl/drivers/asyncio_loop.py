"""Run a plan inside asyncio.

Cancellation is edge-first: each child is cancelled once and waited for, and cancelled
again only after a grace period. Cancelling over and over, as level-triggered libraries
do, breaks the clean-up of database drivers. The host's own `CancelledError` is kept and
leaves as the same object, after everything of the run has ended.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import VERTEX_CANCELLED
from hbia_dsl.drivers.carriers import Carriers, Coro, Later
from hbia_dsl.drivers.invoke import timeout_error
from hbia_dsl.drivers.stepping import Suspended
from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.conclusion import add_failures_as_notes
from hbia_dsl.kernel.kernel import Schedule, StopReason
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_state import RunState


async def drive_on_asyncio(
    run: RunState, schedule: Schedule, *, max_workers: int, max_tasks: int, grace_s: float
) -> None:
    """Run all vertices inside the running asyncio loop.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.

    Raises:
        CancelledError: The host was cancelled while it waited: the same object.
    """
    port = _AsyncioPort()
    carriers = Carriers(run, port, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s)
    port.carriers = carriers
    host: asyncio.CancelledError | None = None
    try:
        if carriers.start(schedule):
            try:
                await port.wake
            except asyncio.CancelledError as cancelled:
                host = cancelled
                port.wake = port.loop.create_future()
                carriers.stop(StopReason.HOST)
                await _drain(carriers, port)
    finally:
        carriers.close()
    if host is not None:
        run.kernel.finish()
        run.scope.close()
        add_failures_as_notes(run, host)
        raise host


async def _drain(carriers: Carriers, port: "_AsyncioPort") -> None:
    """Wait until nothing of the run is left, however often the host is cancelled meanwhile."""
    with _shield_from_anyio():
        while not carriers.is_over() and not port.is_abandoned:
            try:
                await asyncio.shield(port.wake)
            except asyncio.CancelledError:
                continue  # noted already: the first one is what leaves


def _shield_from_anyio() -> AbstractContextManager[object]:
    """Keep a host's anyio scope from cancelling us at every turn of the loop."""
    anyio = sys.modules.get("anyio")
    if anyio is None:
        return nullcontext()
    shield: AbstractContextManager[object] = anyio.CancelScope(shield=True)
    return shield


class _AsyncioPort:
    """What asyncio does for one run."""

    name = "asyncio"

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.wake: asyncio.Future[None] = self.loop.create_future()
        self.carriers: Carriers | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        """Strong references: the loop itself keeps only weak ones."""
        self.waiting: dict[asyncio.Task[None], int] = {}
        self.is_abandoned = False

    def spawn(self, carry: Callable[[], Coroutine[object, object, None]]) -> None:
        task = self.loop.create_task(carry())
        self.tasks.add(task)
        task.add_done_callback(self._gone)

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.loop.call_soon_threadsafe(call)

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        return self.loop.call_later(delay_s, call)

    def suspended(self, v: int) -> None:
        self.waiting[self._current()] = v

    def resumed(self) -> None:
        self.waiting.pop(self._current(), None)

    def cancel_suspended(self) -> Sequence[int]:
        waiting = list(self.waiting.items())
        for task, _ in waiting:
            task.cancel()
        return [v for _, v in waiting]

    def spent_check(self) -> Callable[[], int]:
        # A handler may have cancelled its own task, or been cancelled: not the next one's business.
        return self._current().cancelling

    async def timed(self, vertex: PlannedVertex, coroutine: Coro) -> object:
        timeout = asyncio.timeout(vertex.timeout_s)
        try:
            async with timeout:
                return await coroutine
        except TimeoutError:
            if not timeout.expired():
                raise
            raise timeout_error(vertex) from None

    def is_own(self, suspended_on: Suspended) -> bool:
        return suspended_on is None or hasattr(suspended_on, "_asyncio_future_blocking")

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        if not isinstance(error, asyncio.CancelledError):
            return False, error
        carriers = self.carriers
        if carriers is not None and carriers.kernel.stop_reason is not None:
            return True, None
        # Nobody cancelled this vertex: it awaited something that was cancelled elsewhere.
        lost = VertexCancelled(
            Diagnostic(
                VERTEX_CANCELLED,
                "a vertex ended with CancelledError although nobody cancelled it",
                help="catch the cancellation of what the handler awaits inside the handler",
            )
        )
        lost.__cause__ = error
        return False, lost

    async def pause(self) -> None:
        await asyncio.sleep(0)

    def finished(self) -> None:
        if not self.wake.done():
            self.wake.set_result(None)

    def abandon(self) -> None:
        """Stop waiting for handlers that do not end: the user insists on leaving."""
        self.is_abandoned = True
        self.finished()

    def _current(self) -> asyncio.Task[None]:
        task = asyncio.current_task(self.loop)
        assert task is not None  # noqa: S101 - carriers are tasks
        return task

    def _gone(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        crash = None if task.cancelled() else task.exception()
        if self.carriers is not None:
            self.carriers.carrier_gone(crash)
