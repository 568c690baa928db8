"""Run a plan inside trio.

Cancellation is trio's own: carriers are children of a nursery, a failure cancels the
nursery, and a cancellation of the host reaches them by itself. Outcomes are collected
instead of raised inside the children, so that a failed run is reported exactly as on
asyncio. Threads are waited for behind a shield.
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress

import trio

from hbia_dsl.drivers.carriers import Carriers
from hbia_dsl.drivers.ctrl_c import CtrlC, LeaveNow
from hbia_dsl.drivers.invoke import timeout_error
from hbia_dsl.drivers.loop_port import Coro, Later
from hbia_dsl.drivers.lowered_carriers import carriers_for
from hbia_dsl.drivers.stepping import Suspended
from hbia_dsl.drivers.undoing_trio import undo_on_trio
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import Clock
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun


async def drive_on_trio(
    run: RunState,
    schedule: Schedule,
    *,
    max_workers: int,
    max_tasks: int,
    grace_s: float,
    ctrl_c: CtrlC | None = None,
    compiled: AwaitedRun | None = None,
) -> None:
    """Run all vertices inside the running trio loop.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.
    `compiled`, given for serial and plain runs, is run instead of the plan.

    Raises:
        trio.Cancelled: The host was cancelled while it waited.
        KeyboardInterrupt: trio delivered a Ctrl-C to the host while it waited; bare.
    """
    stopped: BaseException | None = None
    carriers: Carriers | None = None
    try:
        async with trio.open_nursery() as nursery:
            port = _TrioPort(nursery, ctrl_c)
            carriers = carriers_for(compiled)(
                run,
                port,
                max_workers=max_workers,
                max_tasks=max_tasks,
                grace_s=grace_s,
                ctrl_c=ctrl_c,
            )
            try:
                await port.run(carriers, schedule)
            except BaseException as error:
                stopped = error
                raise
    except BaseException:
        run.kernel.finish()
        run.scope.close()
        if carriers is not None and carriers.is_over():  # else the user insisted on leaving
            await undo_on_trio(run, ctrl_c)
        if stopped is None or isinstance(stopped, trio.Cancelled):
            raise
        add_failures_as_notes(run, stopped)
        add_groups_as_notes(run, stopped)
        raise stopped from None  # the nursery wrapped it in a group; it leaves bare
    await undo_on_trio(run, ctrl_c)


class _TrioTimer:
    """A call that will be made later by a task of the nursery."""

    def __init__(self) -> None:
        # It must outlive a cancelled nursery: it is what watches the run's winding down.
        self.scope = trio.CancelScope(shield=True)

    def cancel(self) -> None:
        """Call it off."""
        self.scope.cancel()

    async def run(self, delay_s: float, call: Callable[[], None], closed: trio.Event) -> None:
        """Wait and call, unless the run is over before."""
        with self.scope:
            with trio.move_on_after(delay_s):
                await closed.wait()
                return
            call()


class _TrioPort:
    """What trio does for one run."""

    name = "trio"

    def __init__(self, nursery: trio.Nursery, ctrl_c: CtrlC | None) -> None:
        self.nursery = nursery
        if ctrl_c is not None:
            ctrl_c.on_second = self.stop_waiting
        self.token = trio.lowlevel.current_trio_token()
        self.all_ended = trio.Event()
        self.closed = trio.Event()
        """Ends every timer, also one that a Ctrl-C kept from being noted."""
        self.waiting: dict[trio.lowlevel.Task, int] = {}

    def spawn(
        self,
        carry: Callable[[], Coroutine[object, object, None]],
        gone: Callable[[BaseException | None], None],
    ) -> None:
        self.nursery.start_soon(self._carry, carry, gone)

    async def _carry(
        self,
        carry: Callable[[], Coroutine[object, object, None]],
        gone: Callable[[BaseException | None], None],
    ) -> None:
        crash: BaseException | None = None
        try:
            await carry()
        except (trio.Cancelled, LeaveNow):
            self.finished()
            raise
        except BaseException as error:  # noqa: BLE001 - a fault of ours: the host raises it
            crash = error
        finally:
            gone(crash)

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.token.run_sync_soon(call)

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        timer = _TrioTimer()
        self.nursery.start_soon(timer.run, delay_s, call, self.closed)
        return timer

    def suspended(self, v: int) -> None:
        self.waiting[trio.lowlevel.current_task()] = v

    def resumed(self) -> None:
        self.waiting.pop(trio.lowlevel.current_task(), None)

    def waiting_inside(self) -> Sequence[int]:
        return list(self.waiting.values())

    def cancel_suspended(self, *, again: bool) -> bool:
        # trio delivers a cancellation at every checkpoint until it is obeyed: once is enough.
        del again
        self.nursery.cancel_scope.cancel()
        return False

    def spent_check(self) -> None:
        return None

    async def timed(self, vertex: PlannedVertex, coroutine: Coro, clock: Clock) -> object:
        limit_s = vertex.timeout_s or 0.0
        begun = clock()
        with trio.move_on_after(limit_s) as scope:
            result = await coroutine
        if scope.cancelled_caught or clock() - begun >= limit_s:
            raise timeout_error(vertex)
        return result

    def is_foreign(self, suspended_on: Suspended) -> bool:
        """Return whether a coroutine waits as only asyncio's do.

        trio would end the whole task, without letting it say anything.
        """
        return suspended_on is None or hasattr(suspended_on, "_asyncio_future_blocking")

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        if isinstance(error, trio.Cancelled):
            return True, None
        if isinstance(error, BaseExceptionGroup):
            cancelled, rest = error.split(trio.Cancelled)
            # Without any, `rest` is a copy; what is reported is the handler's own object.
            return (False, error) if cancelled is None else (True, rest)
        return False, error

    async def pause(self) -> None:
        await trio.lowlevel.checkpoint()

    def finished(self) -> None:
        self.all_ended.set()

    async def run(self, carriers: Carriers, schedule: Schedule) -> None:
        """Start the carriers and wait until nothing of the run is left, also if it is stopped."""
        try:
            if carriers.start(schedule):
                await self.all_ended.wait()
        except BaseException:
            carriers.stop_for_host()
            self.nursery.cancel_scope.cancel()
            await self.drain(carriers)
            raise
        finally:
            self.closed.set()
            carriers.close()

    async def drain(self, carriers: Carriers) -> None:
        """Wait until nothing of the run is left."""
        with trio.CancelScope(shield=True):
            while not carriers.may_leave():
                await self.all_ended.wait()
                self.all_ended = trio.Event()

    def stop_waiting(self) -> None:
        """Let the host leave although threads still run: the user insists.

        Called by the handler of the signal. Nothing is raised: it would strike trio's own
        code as well, which is not made for that.
        """
        with suppress(trio.RunFinishedError):
            self.token.run_sync_soon(self.finished)
