"""Run a plan that has async vertices from code that has no event loop.

A loop is made for the run and closed after it. A Ctrl-C cancels the run, which then
ends as always, and leaves as a bare `KeyboardInterrupt`; a second one leaves at once.
"""

import sys

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import LOOP_IS_RUNNING
from hbia_dsl.errors import RunUsageError
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_state import RunState


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


def refuse_running_loop(flow: str) -> None:
    """Refuse to block a thread whose event loop is running.

    Raises:
        RunUsageError: One is running.
    """
    if running_loop() is not None:
        raise RunUsageError(
            Diagnostic(
                LOOP_IS_RUNNING,
                f"flow `{flow}` was started with `run`, which blocks, on a thread whose event "
                "loop is running",
                help="write `await flow.run_async(...)`",
            )
        )


def drive_on_own_loop(
    run: RunState,
    schedule: Schedule,
    *,
    backend: str,
    max_workers: int,
    max_tasks: int,
    grace_s: float,
) -> None:
    """Run all vertices inside an event loop made for this run.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; bare.
    """
    if backend == "trio":
        _on_trio(run, schedule, max_workers, max_tasks, grace_s)
    else:
        _on_asyncio(run, schedule, max_workers, max_tasks, grace_s)


def _on_asyncio(
    run: RunState, schedule: Schedule, max_workers: int, max_tasks: int, grace_s: float
) -> None:
    import asyncio  # loaded where it is used: it costs as much as all the rest

    from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio

    async def main() -> None:
        await drive_on_asyncio(
            run, schedule, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s
        )

    with asyncio.Runner() as runner:
        runner.run(main())


def _on_trio(
    run: RunState, schedule: Schedule, max_workers: int, max_tasks: int, grace_s: float
) -> None:
    import trio  # loaded where it is used

    from hbia_dsl.drivers.trio_loop import drive_on_trio

    async def main() -> None:
        await drive_on_trio(
            run, schedule, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s
        )

    trio.run(main, restrict_keyboard_interrupt_to_checkpoints=True)
