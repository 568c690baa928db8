"""Run a plan that has async vertices from code that has no event loop.

A loop is made for the run and closed after it. A Ctrl-C cancels the run, which then
ends as always, and leaves as a bare `KeyboardInterrupt`; a second one leaves at once.
"""

import sys

from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun


def running_loop() -> str | None:
    """Return the event loop that runs on this thread, "asyncio" or "trio", or None.

    Looks only at libraries that are loaded: what is not loaded does not run.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return "trio"
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and asyncio._get_running_loop() is not None:  # noqa: SLF001 - as sniffio does
        return "asyncio"
    return None


def drive_on_own_loop(
    run: RunState,
    schedule: Schedule,
    *,
    backend: str,
    max_workers: int,
    max_tasks: int,
    grace_s: float,
    compiled: AwaitedRun | None = None,
) -> None:
    """Run all vertices inside an event loop made for this run.

    `compiled`, given for serial and plain runs, is run instead of the plan.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; bare. Handlers may still run if it was
            pressed twice.
    """
    # Loaded where they are used: each costs as much as all the rest of the package.
    if backend == "trio":
        from hbia_dsl.drivers.own_trio import drive_on_own_trio as drive
    else:
        from hbia_dsl.drivers.own_asyncio import drive_on_own_asyncio as drive

    presses = drive(
        run,
        schedule,
        max_workers=max_workers,
        max_tasks=max_tasks,
        grace_s=grace_s,
        compiled=compiled,
    )
    if presses:
        interrupt = KeyboardInterrupt()
        add_failures_as_notes(run, interrupt)
        add_groups_as_notes(run, interrupt)
        raise interrupt
