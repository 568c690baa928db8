"""Undo atomic groups inside trio, shielded from every cancellation."""

from contextlib import suppress
from functools import partial

import trio

from hbia_dsl.drivers.ctrl_c import CtrlC
from hbia_dsl.drivers.stepping import awaiting
from hbia_dsl.drivers.thread_pool import POOL, Report
from hbia_dsl.drivers.undoing import Attempt, Ended, Pause, undoing
from hbia_dsl.drivers.undoing_scope import GRACE_S, UndoScope, to_the_end
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE
from hbia_dsl.kernel.run_state import RunState


async def undo_on_trio(run: RunState, ctrl_c: CtrlC | None = None) -> None:
    """Undo the groups that did not come to their end; what became of them is in the run.

    A first Ctrl-C waits until all is undone; a second one leaves at once.

    Args:
        run: Nothing of it runs any more.
        ctrl_c: Who takes the signal, if the loop was made for this run. Otherwise trio may
            deliver it to the task that waits here.

    Raises:
        KeyboardInterrupt: trio delivered a Ctrl-C; bare, what failed is in its notes.
    """
    if not run.plan.groups:
        return
    undoer = _Undoer(run)
    if ctrl_c is not None:
        ctrl_c.on_second = partial(_leave, trio.lowlevel.current_trio_token(), undoer.shield)
        if ctrl_c.presses > 1:
            return
    # In a task of its own: so a Ctrl-C strikes the one that waits, not a compensation.
    async with trio.open_nursery() as nursery:
        nursery.start_soon(undoer.carry_out)
        interrupt = await undoer.over()
    if undoer.crash is not None:
        raise undoer.crash
    if interrupt is not None:
        add_failures_as_notes(run, interrupt)
        add_groups_as_notes(run, interrupt)
        raise interrupt


def _leave(token: trio.lowlevel.TrioToken, shield: trio.CancelScope) -> None:
    with suppress(trio.RunFinishedError):
        token.run_sync_soon(shield.cancel)


class _Undoer:
    """The task that undoes, and whoever waits for it."""

    def __init__(self, run: RunState) -> None:
        self._run = run
        self._over = trio.Event()
        self.shield = trio.CancelScope(shield=True)
        """Cancelled if the user insists on leaving."""
        self.crash: BaseException | None = None
        """A fault of this package, or a Ctrl-C inside a compensation."""

    async def carry_out(self) -> None:
        """Undo everything, unless the shield is cancelled."""
        try:
            with self.shield:
                steps = undoing(self._run)
                try:
                    asked = next(steps)
                    while True:
                        asked = steps.send(await _answer(self._run, asked))
                except StopIteration:
                    return
        except Exception as error:  # noqa: BLE001 - raised by whoever waits, outside of the nursery
            self.crash = error
        except KeyboardInterrupt as error:
            self.crash = error
        finally:
            self._over.set()

    async def over(self) -> KeyboardInterrupt | None:
        """Wait for the end, or for a second Ctrl-C; return the first one."""
        first: KeyboardInterrupt | None = None
        with trio.CancelScope(shield=True):
            while not self._over.is_set():
                try:
                    await self._over.wait()
                except KeyboardInterrupt as interrupt:
                    if first is not None:
                        self.shield.cancel()
                        break
                    first = interrupt
        return first


async def _answer(run: RunState, asked: Attempt | Pause) -> Ended:
    if isinstance(asked, Pause):
        await trio.sleep(asked.seconds)
        return Ended()
    return await to_the_end(asked, partial(_attempted, run))


async def _attempted(run: RunState, asked: Attempt) -> Ended:
    scope = UndoScope(run, asked)
    left_s = scope.seconds_left()
    timeout_s = float("inf") if left_s is None else left_s
    if asked.is_async:
        return await _awaited(asked, scope, timeout_s)
    thread = _Thread(scope)
    with trio.move_on_after(timeout_s):
        return await thread.ended()
    scope.time_is_up()
    with trio.move_on_after(GRACE_S):
        return scope.judged_late(await thread.ended())
    return scope.judged_late(None)


async def _awaited(asked: Attempt, scope: UndoScope, timeout_s: float) -> Ended:
    # In this task, whose context is put back: trio gives a child no context of its choice.
    before = CURRENT_SCOPE.set(scope.context[CURRENT_SCOPE])
    ended: Ended | None = None
    try:
        with trio.move_on_after(timeout_s):
            ended = await _called(asked, scope)
    finally:
        CURRENT_SCOPE.reset(before)
    return scope.timed_out() if ended is None else ended


async def _called(asked: Attempt, scope: UndoScope) -> Ended:
    try:
        return Ended(await awaiting(asked.call()))
    except (KeyboardInterrupt, trio.Cancelled):  # the latter: its time is up
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, the others are undone too
        return scope.failed(error)


class _Thread:
    """An attempt on a thread, for which a task can wait more than once."""

    def __init__(self, scope: UndoScope) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._event = trio.Event()
        self._ended: Ended | None = None

        def work() -> Report:
            return partial(self._report, scope.call())

        try:
            POOL.submit(work)
        except RuntimeError:  # the system gives no more threads
            self._tell(scope.call())

    async def ended(self) -> Ended:
        """Wait for the end."""
        await self._event.wait()
        return self._ended or Ended()

    def _report(self, ended: Ended) -> None:
        try:
            self._token.run_sync_soon(self._tell, ended)
        except trio.RunFinishedError:
            return  # it was left behind

    def _tell(self, ended: Ended) -> None:
        self._ended = ended
        self._event.set()
