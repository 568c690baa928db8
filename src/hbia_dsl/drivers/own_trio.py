"""Run a plan inside a trio loop that is made for it."""

from contextlib import suppress
from functools import partial

import trio

from hbia_dsl.drivers.ctrl_c import CtrlC
from hbia_dsl.drivers.trio_loop import drive_on_trio
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun


def drive_on_own_trio(
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

    async def main() -> None:
        token = trio.lowlevel.current_trio_token()
        with trio.CancelScope() as scope:
            ctrl_c.on_first = partial(_cancel, token, scope)
            if ctrl_c.presses:
                scope.cancel()
            await drive_on_trio(
                run,
                schedule,
                max_workers=max_workers,
                max_tasks=max_tasks,
                grace_s=grace_s,
                ctrl_c=ctrl_c,
                compiled=compiled,
            )

    try:
        # trio does not touch a signal that is taken already, so it raises nothing by itself.
        with ctrl_c:
            trio.run(main)
    except BaseException:
        if ctrl_c.presses < 2:
            raise
        # Leaving at once tears trio's own code; whatever it says of that is no news.
    return ctrl_c.presses


def _cancel(token: trio.lowlevel.TrioToken, scope: trio.CancelScope) -> None:
    """Cancel the run; called by the handler of the signal."""
    with suppress(trio.RunFinishedError):  # then there is nothing left to cancel
        token.run_sync_soon(scope.cancel)
