"""Run a plan inside trio.

Cancellation is trio's own: carriers are children of a nursery, a failure cancels the
nursery, and a cancellation of the host reaches them by itself. Outcomes are collected
instead of raised inside the children, so that a failed run is reported exactly as on
asyncio. Threads are waited for behind a shield.
"""

from collections.abc import Callable, Coroutine, Sequence

import trio

from hbia_dsl.drivers.carriers import Carriers, Coro, Later
from hbia_dsl.drivers.invoke import timeout_error
from hbia_dsl.drivers.stepping import Suspended
from hbia_dsl.kernel.kernel import Schedule, StopReason
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_state import RunState


async def drive_on_trio(
    run: RunState, schedule: Schedule, *, max_workers: int, max_tasks: int, grace_s: float
) -> None:
    """Run all vertices inside the running trio loop.

    Returns when nothing of the run is left running; the outcome is in the run's kernel.

    Raises:
        trio.Cancelled: The host was cancelled while it waited.
        KeyboardInterrupt: trio delivered a Ctrl-C to the host while it waited; bare.
    """
    interrupt: BaseException | None = None
    try:
        async with trio.open_nursery() as nursery:
            port = _TrioPort(nursery)
            carriers = Carriers(
                run, port, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s
            )
            port.carriers = carriers
            try:
                if carriers.start(schedule):
                    await port.all_ended.wait()
            except BaseException as stopped:
                interrupt = stopped
                carriers.stop(StopReason.HOST)
                nursery.cancel_scope.cancel()
                with trio.CancelScope(shield=True):
                    while not carriers.is_over():
                        await port.wait_more()
                raise
            finally:
                carriers.close()
    except BaseException as error:
        if interrupt is not None and not isinstance(interrupt, trio.Cancelled):
            run.kernel.finish()
            run.scope.close()
            raise interrupt from None  # the nursery wrapped it in a group; it leaves bare
        raise error


class _TrioTimer:
    """A call that will be made later by a task of the nursery."""

    def __init__(self) -> None:
        # It must outlive a cancelled nursery: it is what watches the run's winding down.
        self.scope = trio.CancelScope(shield=True)

    def cancel(self) -> None:
        """Call it off."""
        self.scope.cancel()

    async def run(self, delay_s: float, call: Callable[[], None]) -> None:
        """Wait and call."""
        with self.scope:
            await trio.sleep(delay_s)
            call()


class _TrioPort:
    """What trio does for one run."""

    name = "trio"

    def __init__(self, nursery: trio.Nursery) -> None:
        self.nursery = nursery
        self.token = trio.lowlevel.current_trio_token()
        self.all_ended = trio.Event()
        self.carriers: Carriers | None = None
        self.waiting: dict[trio.lowlevel.Task, int] = {}

    def spawn(self, carry: Callable[[], Coroutine[object, object, None]]) -> None:
        self.nursery.start_soon(self._carry, carry)

    async def _carry(self, carry: Callable[[], Coroutine[object, object, None]]) -> None:
        crash: BaseException | None = None
        try:
            await carry()
        except trio.Cancelled:
            raise
        except BaseException as error:  # noqa: BLE001 - a fault of ours, or a group with Cancelled in it
            if _is_only_cancelled(error):
                raise
            crash = None if isinstance(error, BaseExceptionGroup) else error
        finally:
            if self.carriers is not None:
                self.carriers.carrier_gone(crash)

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.token.run_sync_soon(call)

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        timer = _TrioTimer()
        self.nursery.start_soon(timer.run, delay_s, call)
        return timer

    def suspended(self, v: int) -> None:
        self.waiting[trio.lowlevel.current_task()] = v

    def resumed(self) -> None:
        self.waiting.pop(trio.lowlevel.current_task(), None)

    def cancel_suspended(self) -> Sequence[int]:
        # trio delivers a cancellation at every checkpoint until it is obeyed: once is enough.
        waiting = list(self.waiting.values())
        self.nursery.cancel_scope.cancel()
        return waiting

    def spent_check(self) -> None:
        return None

    async def timed(self, vertex: PlannedVertex, coroutine: Coro) -> object:
        with trio.move_on_after(vertex.timeout_s or 0) as scope:
            return await coroutine
        assert scope.cancelled_caught  # noqa: S101 - the only way past the block
        raise timeout_error(vertex)

    def is_own(self, suspended_on: Suspended) -> bool:
        return suspended_on is not None and not hasattr(suspended_on, "_asyncio_future_blocking")

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        if isinstance(error, trio.Cancelled):
            return True, None
        if isinstance(error, BaseExceptionGroup):
            cancelled, rest = error.split(trio.Cancelled)
            return cancelled is not None, rest
        return False, error

    async def pause(self) -> None:
        await trio.lowlevel.checkpoint()

    def finished(self) -> None:
        self.all_ended.set()

    async def wait_more(self) -> None:
        """Wait until `finished` was called anew."""
        await self.all_ended.wait()
        self.all_ended = trio.Event()


def _is_only_cancelled(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup) and error.split(trio.Cancelled)[1] is None
