"""Run a plan inside asyncio.

Cancellation is edge-first: each child is cancelled once and waited for, and cancelled
again only after a grace period. Cancelling over and over, as level-triggered libraries
do, breaks the clean-up of database drivers. The host's own `CancelledError` is kept and
leaves as the same object, after everything of the run has ended.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial

from hbia_dsl.drivers.anyio_shield import shield_from_anyio
from hbia_dsl.drivers.carriers import Carriers
from hbia_dsl.drivers.ctrl_c import CtrlC, LeaveNow
from hbia_dsl.drivers.invoke import timeout_error
from hbia_dsl.drivers.loop_port import Coro, Later
from hbia_dsl.drivers.lowered_carriers import carriers_for
from hbia_dsl.drivers.undoing_asyncio import undo_on_asyncio
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import Clock
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun


async def drive_on_asyncio(
    run: RunState,
    schedule: Schedule,
    *,
    max_workers: int,
    max_tasks: int,
    grace_s: float,
    ctrl_c: CtrlC | None = None,
    compiled: AwaitedRun | None = None,
) -> None:
    """Run all vertices inside the running asyncio loop.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.
    `compiled`, given for serial and plain runs, is run instead of the plan.

    Raises:
        CancelledError: The host was cancelled while it waited: the same object.
    """
    port = _AsyncioPort(run)
    carriers = carriers_for(compiled)(
        run, port, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s, ctrl_c=ctrl_c
    )
    host: asyncio.CancelledError | None = None
    try:
        if carriers.start(schedule):
            try:
                await port.wake
            except asyncio.CancelledError as cancelled:
                host = cancelled
                port.wake = port.loop.create_future()
                carriers.stop_for_host()
                await _drain(carriers, port)
    finally:
        carriers.close()
    if carriers.is_over():  # else the user insisted on leaving
        try:
            await undo_on_asyncio(run)
        except asyncio.CancelledError as cancelled:
            host = host or cancelled
    if host is not None:
        run.kernel.finish()
        run.scope.close()
        add_failures_as_notes(run, host)
        add_groups_as_notes(run, host)
        raise host


async def _drain(carriers: Carriers, port: "_AsyncioPort") -> None:
    """Wait until nothing of the run is left, however often the host is cancelled meanwhile."""
    with shield_from_anyio():
        while not carriers.may_leave():
            try:
                await asyncio.shield(port.wake)
            except asyncio.CancelledError:
                continue  # noted already: the first one is what leaves


class _AsyncioPort:
    """What asyncio does for one run."""

    name = "asyncio"
    is_foreign = None  # a task tells its coroutine that it waits for something foreign

    def __init__(self, run: RunState) -> None:
        self.kernel = run.kernel
        self.loop = asyncio.get_running_loop()
        self.wake: asyncio.Future[None] = self.loop.create_future()
        self.waiting: dict[asyncio.Task[None], int] = {}
        """Carriers that wait inside a vertex. Strong references: the loop keeps only weak ones."""
        self.cancelled: set[asyncio.Task[None]] = set()
        """Those that were cancelled because the run is being stopped."""

    def spawn(
        self,
        carry: Callable[[], Coroutine[object, object, None]],
        gone: Callable[[BaseException | None], None],
    ) -> None:
        # Not by a task factory of the user's: it may start tasks at once, inside of this call.
        task = asyncio.Task(carry(), loop=self.loop)
        task.add_done_callback(partial(self._gone, gone))

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.loop.call_soon_threadsafe(call)

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        return self.loop.call_later(delay_s, call)

    def suspended(self, v: int) -> None:
        self.waiting[self._current()] = v

    def resumed(self) -> None:
        # A carrier that was left behind is closed by the collector: there is no task then.
        task = asyncio.current_task(self.loop)
        if task is not None:
            self.waiting.pop(task, None)

    def waiting_inside(self) -> Sequence[int]:
        return list(self.waiting.values())

    def cancel_suspended(self, *, again: bool) -> bool:
        is_some_spared = False
        for task in list(self.waiting):
            if again or not task.cancelling():
                task.cancel()
            elif task not in self.cancelled:
                is_some_spared = True
                continue
            self.cancelled.add(task)
        return is_some_spared

    def spent_check(self) -> Callable[[], int]:
        # A handler may have cancelled its own task, or been cancelled: not the next one's business.
        return self._current().cancelling

    async def timed(self, vertex: PlannedVertex, coroutine: Coro, clock: Clock) -> object:
        limit_s = vertex.timeout_s or 0.0
        begun = clock()
        timeout = asyncio.timeout(limit_s)
        try:
            async with timeout:
                result = await coroutine
        except TimeoutError as error:
            if not timeout.expired():
                raise
            raise timeout_error(vertex, cause=error.__cause__) from error.__cause__
        if clock() - begun >= limit_s:
            raise timeout_error(vertex)
        return result

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        if self.kernel.stop_reason is None:
            # Nobody cancelled this vertex: what it awaited was cancelled elsewhere, a failure.
            return False, error
        if isinstance(error, asyncio.CancelledError):
            return True, None
        if isinstance(error, BaseExceptionGroup):
            cancelled, rest = error.split(asyncio.CancelledError)
            # Without any, `rest` is a copy; what is reported is the handler's own object.
            return (False, error) if cancelled is None else (True, rest)
        return False, error

    async def pause(self) -> None:
        await asyncio.sleep(0)

    def finished(self) -> None:
        if not self.wake.done():
            self.wake.set_result(None)

    def _current(self) -> asyncio.Task[None]:
        task = asyncio.current_task(self.loop)
        assert task is not None  # noqa: S101 - carriers are tasks
        return task

    @staticmethod
    def _gone(gone: Callable[[BaseException | None], None], task: asyncio.Task[None]) -> None:
        crash = None if task.cancelled() else task.exception()
        gone(None if isinstance(crash, LeaveNow) else crash)
