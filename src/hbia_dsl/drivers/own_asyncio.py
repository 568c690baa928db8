"""Run a plan inside an asyncio loop that is made for it."""

import asyncio
from typing import Final

from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.ctrl_c import CtrlC, LeaveNow
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_state import RunState

LEAVE_S: Final = 0.1
"""How long async handlers have to end when the user insists on leaving, in seconds."""


def drive_on_own_asyncio(
    run: RunState, schedule: Schedule, *, max_workers: int, max_tasks: int, grace_s: float
) -> int:
    """Run all vertices; return how often Ctrl-C was pressed."""
    ctrl_c = CtrlC()
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
        )
    )

    def cancel_run() -> None:
        host.cancel()
        loop.call_soon_threadsafe(lambda: None)  # it may be waiting for something to happen

    ctrl_c.on_first = cancel_run
    try:
        with ctrl_c:
            loop.run_until_complete(host)
    except LeaveNow:
        _leave_at_once(loop)
        return ctrl_c.presses
    except asyncio.CancelledError:
        if not ctrl_c.presses:
            raise
    except BaseException:
        runner.close()
        raise
    runner.close()
    return ctrl_c.presses


def _leave_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Close a loop whatever still runs in it."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    try:
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=LEAVE_S))
    finally:
        for task in tasks:
            # asyncio would complain about what the user asked for.
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - as gather does
        loop.close()
