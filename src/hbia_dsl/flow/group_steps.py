"""The steps before and after the members of a group that is a transaction."""

import time
from collections.abc import Coroutine
from random import Random

from hbia_dsl.atomicity.group_run import BEGIN_PATIENCE_S, GroupRun
from hbia_dsl.atomicity.transaction import TransactionSource
from hbia_dsl.drivers.held_interrupt import interrupt_held
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.drivers.pausing import pause, pause_async
from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.plan import PlannedVertex, Slots
from hbia_dsl.kernel.planned_group import PlannedTransaction
from hbia_dsl.kernel.run_scope import on_cancel

_RANDOM = Random()  # noqa: S311 - to spread attempts in time, not to be secret


class GroupSteps:
    """Begins and ends the transaction of one group."""

    def __init__(self, group: str, source: TransactionSource) -> None:
        self.group = group
        self.source = source

    def begin_vertex(self, slot: int) -> PlannedVertex:
        """Return the step before the members; it puts a `GroupRun` into the group's slot."""
        is_async = self.source.is_async
        return PlannedVertex(
            f"the beginning of group `{self.group}`",
            self.begin_async if is_async else self.begin,
            positional=compile_arguments([slot]),
            slot=slot,
            is_async=is_async,
            is_step=True,
        )

    def end_vertex(self, slot: int) -> PlannedVertex:
        """Return the step after the members."""
        is_async = self.source.is_async
        return PlannedVertex(
            f"the commit of group `{self.group}`",
            self.end_async if is_async else self.end,
            positional=compile_arguments([slot]),
            slot=slot,
            store=_store_nothing,
            is_async=is_async,
            is_step=True,
        )

    def planned(self, begin: int, commit: int, slot: int) -> PlannedTransaction:
        """Return what the kernel and the drivers know of the transaction."""
        return PlannedTransaction(
            begin,
            commit,
            slot,
            roll_back=_roll_back_async if self.source.is_async else _roll_back,
            may_retry=_may_retry,
            doom=_doom,
            is_async=self.source.is_async,
        )

    def begin(self, before: GroupRun | None) -> GroupRun:
        """Open a transaction; `before` is the attempt that failed, if there was one."""
        attempt, until = 1, time.monotonic() + BEGIN_PATIENCE_S
        if before is not None:
            before.roll_back()
            attempt = before.attempt + 1
            pause(_delay_s(before))
        while True:
            run = GroupRun(self.group, self.source, attempt)
            try:
                # Waiting for another writer ends when the run is stopped.
                with on_cancel(run.unit.interrupt), interrupt_held(run.unit.interrupt):
                    run.begin()
            except VertexCancelled:
                raise
            except Exception as error:
                if not run.may_retry(error):
                    raise
                if time.monotonic() > until:
                    run.note_attempts(error)
                    raise
                attempt += 1
                pause(_delay_s(run))
            except BaseException:  # Ctrl-C, and the transaction may be open
                run.roll_back()
                raise
            else:
                return run

    def end(self, run: GroupRun) -> None:
        """Commit, or roll back if a member failed."""
        with interrupt_held():
            run.end()

    async def begin_async(self, before: GroupRun | None) -> GroupRun:
        """Open a transaction of an async unit."""
        attempt, until = 1, time.monotonic() + BEGIN_PATIENCE_S
        if before is not None:
            await _whole(before.roll_back_async())
            attempt = before.attempt + 1
            await pause_async(_delay_s(before))
        while True:
            run = GroupRun(self.group, self.source, attempt)
            try:
                await run.begin_async()
            except Exception as error:
                if not run.may_retry(error):
                    raise
                if time.monotonic() > until:
                    run.note_attempts(error)
                    raise
                attempt += 1
                await pause_async(_delay_s(run))
            except BaseException:
                await _whole(run.roll_back_async())
                raise
            else:
                return run

    async def end_async(self, run: GroupRun) -> None:
        """Commit, or roll back if a member failed; a cancellation waits for the end of it."""
        await _whole(run.end_async())


async def _whole(work: Coroutine[object, object, object]) -> None:
    if running_loop() == "trio":  # which has no async units; they say so themselves
        await work
        return
    from hbia_dsl.drivers.asyncio_shield import finished  # the loop is loaded: it is running

    _, cancelled = await finished(work)
    if cancelled is not None:
        raise cancelled


def _delay_s(failed: GroupRun) -> float:
    """Return how long to wait: anything up to a limit that doubles ("full jitter")."""
    return _RANDOM.uniform(0.0, failed.longest_pause_s())


def _store_nothing(_slots: Slots, _result: object) -> None:
    """Leave the group's slot as it is: what it holds says how the group ended."""


def _roll_back(run: object) -> bool:
    if not isinstance(run, GroupRun):
        return True
    was_open = run.unit.outcome == "open"
    return run.roll_back() or _told(run, was_open=was_open)


async def _roll_back_async(run: object) -> bool:
    if not isinstance(run, GroupRun):
        return True
    was_open = run.unit.outcome == "open"
    return await run.roll_back_async() or _told(run, was_open=was_open)


def _told(run: GroupRun, *, was_open: bool) -> bool:
    """Say that a group was not rolled back: it was over; if it was open, raise why not."""
    if was_open and run.unit.troubles:
        raise run.unit.troubles[0]
    return False


def _may_retry(run: object, error: BaseException) -> bool:
    return isinstance(run, GroupRun) and run.may_retry(error)


def _doom(run: object) -> None:
    if isinstance(run, GroupRun):
        run.is_doomed = True
