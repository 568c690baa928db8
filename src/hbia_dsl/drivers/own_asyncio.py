"""Run a plan inside an asyncio loop that is made for it."""

import asyncio
from contextlib import nullcontext, suppress
from functools import partial
from typing import Final

from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.ctrl_c import CtrlC, LeaveNow
from hbia_dsl.drivers.signal_wakeup import woken_by_signals
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun

LEAVE_S: Final = 0.1
"""How long async handlers have to end when the user insists on leaving, in seconds."""


def drive_on_own_asyncio(
    run: RunState,
    schedule: Schedule,
    *,
    max_workers: int,
    max_tasks: int,
    grace_s: float,
    compiled: AwaitedRun | None = None,
) -> int:
    """Run all vertices; return how often Ctrl-C was pressed."""
    ctrl_c = CtrlC()
    with ctrl_c:
        # With a factory the runner leaves the thread's current event loop alone.
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        loop = runner.get_loop()
        host = loop.create_task(
            drive_on_asyncio(
                run,
                schedule,
                max_workers=max_workers,
                max_tasks=max_tasks,
                grace_s=grace_s,
                ctrl_c=ctrl_c,
                compiled=compiled,
            )
        )
        ctrl_c.on_first = partial(_cancel, loop, host)
        if ctrl_c.presses:
            host.cancel()
        with woken_by_signals(loop) if ctrl_c.is_installed else nullcontext():
            try:
                _run_to_end(runner, host, ctrl_c)
            except LeaveNow:
                with suppress(LeaveNow):
                    _leave_at_once(loop)
    return ctrl_c.presses


def _run_to_end(runner: asyncio.Runner, host: "asyncio.Task[None]", ctrl_c: CtrlC) -> None:
    is_left = False
    try:
        runner.get_loop().run_until_complete(host)
    except LeaveNow:
        is_left = True
        raise
    except asyncio.CancelledError:
        if not ctrl_c.presses:
            raise
    finally:
        if not is_left:
            runner.close()


def _cancel(loop: asyncio.AbstractEventLoop, host: "asyncio.Task[None]") -> None:
    """Cancel the run; called by the handler of the signal."""
    if not loop.is_closed():
        host.cancel()
        loop.call_soon_threadsafe(lambda: None)  # it may be waiting for something to happen


def _leave_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Close a loop whatever still runs in it."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    try:
        if tasks and not loop.is_closed():
            loop.run_until_complete(asyncio.wait(tasks, timeout=LEAVE_S))
    finally:
        for task in tasks:
            # asyncio would complain about what the user asked for.
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - as gather does
        loop.close()
