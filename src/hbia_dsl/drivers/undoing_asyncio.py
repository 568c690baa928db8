"""Undo atomic groups inside asyncio, shielded from every cancellation."""

import asyncio
from functools import partial

from hbia_dsl.drivers.asyncio_shield import finished
from hbia_dsl.drivers.stepping import awaiting
from hbia_dsl.drivers.thread_pool import POOL, Report
from hbia_dsl.drivers.undoing import Attempt, Ended, Pause, undoing
from hbia_dsl.drivers.undoing_scope import GRACE_S, UndoScope, to_the_end
from hbia_dsl.kernel.run_state import RunState


async def undo_on_asyncio(run: RunState) -> None:
    """Undo the groups that did not come to their end; what became of them is in the run.

    Raises:
        CancelledError: The host was cancelled meanwhile; all is undone nevertheless.
    """
    if not run.plan.groups:
        return
    _, cancelled = await finished(_carry_out(run))
    if cancelled is not None:
        raise cancelled


async def _carry_out(run: RunState) -> None:
    steps = undoing(run)
    try:
        asked = next(steps)
        while True:
            asked = steps.send(await _answer(run, asked))
    except StopIteration:
        return


async def _answer(run: RunState, asked: Attempt | Pause) -> Ended:
    if isinstance(asked, Pause):
        await asyncio.sleep(asked.seconds)
        return Ended()
    return await to_the_end(asked, partial(_attempted, run))


async def _attempted(run: RunState, asked: Attempt) -> Ended:
    scope = UndoScope(run, asked)
    loop = asyncio.get_running_loop()
    ends: asyncio.Future[Ended]
    if asked.is_async:
        if scope.seconds_left() == 0.0:  # a task that is cancelled before it begins says nothing
            return scope.timed_out()
        # Not by a task factory of the user's: it may run the coroutine at once, where we are.
        ends = asyncio.Task(_awaited(asked, scope), loop=loop, context=scope.context)
        ends.add_done_callback(_look_at)
    else:
        ends = _on_thread(loop, scope)
    if await _has_ended(ends, scope.seconds_left()):
        return ends.result()
    scope.time_is_up()
    if asked.is_async:
        ends.cancel()
    return scope.judged_late(ends.result() if await _has_ended(ends, GRACE_S) else None)


def _look_at(ends: "asyncio.Future[Ended]") -> None:
    """Have asyncio not complain of a Ctrl-C that struck inside a compensation: it is told of."""
    if not ends.cancelled():
        ends.exception()


async def _has_ended(ends: "asyncio.Future[Ended]", timeout_s: float | None) -> bool:
    done, _ = await asyncio.wait({ends}, timeout=timeout_s)
    return bool(done)


async def _awaited(asked: Attempt, scope: UndoScope) -> Ended:
    try:
        return Ended(await awaiting(asked.call()))
    except KeyboardInterrupt:
        raise
    except asyncio.CancelledError as told:
        return scope.timed_out() if scope.seconds_left() == 0.0 else scope.failed(told)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the others are undone too
        return scope.failed(error)


def _on_thread(loop: asyncio.AbstractEventLoop, scope: UndoScope) -> "asyncio.Future[Ended]":
    ends: asyncio.Future[Ended] = loop.create_future()

    def tell(ended: Ended) -> None:
        if not ends.done():
            ends.set_result(ended)

    def report(ended: Ended) -> None:
        try:
            loop.call_soon_threadsafe(tell, ended)
        except RuntimeError:
            return  # the loop is closed: it was left behind

    def work() -> Report:
        return partial(report, scope.call())

    try:
        POOL.submit(work)
    except RuntimeError:  # the system gives no more threads
        ends.set_result(scope.call())
    return ends
