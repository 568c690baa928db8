"""Choose the driver of a run, have it run, and conclude.

The one way into the engine, for decorated flows and for hand-made graphs alike.
"""

import time
from collections.abc import Mapping
from typing import Protocol

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import FOREIGN_LOOP, LOOP_IS_RUNNING
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.drivers.lowered import drive_lowered
from hbia_dsl.drivers.own_loop import drive_on_own_loop, running_loop
from hbia_dsl.drivers.serial import drive_serially
from hbia_dsl.drivers.threads_crew import drive_with_crew
from hbia_dsl.drivers.threads_staged import drive_stages_on_threads
from hbia_dsl.errors import ForeignLoopError, RunUsageError
from hbia_dsl.flow.current_cache import CURRENT_CACHE
from hbia_dsl.flow.run_mode import RunMode, run_mode
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.conclusion import conclude
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.open_group import refuse_in_transaction
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, refuse_if_too_deep
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import RUN_WATCH
from hbia_dsl.lowering.await_text import AwaitedRun
from hbia_dsl.lowering.run_text import CompiledRun


class Lowered(Protocol):
    """Gives a flow as compiled source."""

    def awaited(self, *, check: bool) -> AwaitedRun | None:
        """Return it if all its vertices are async, or None if this run should use the plan."""
        ...

    def lowered(self, *, check: bool, timed: bool) -> CompiledRun | None:
        """Return it if no vertex is async, or None if this run should use the plan."""
        ...


def execute(
    plan: Plan,
    inputs: Mapping[int, object],
    options: RunOptions,
    *,
    mode: RunMode | None = None,
    lowered: Lowered | None = None,
    awaitable_call: str = "flow.run_async(...)",
) -> RunState:
    """Run a plan from code that is not async.

    Args:
        plan: What to run.
        inputs: The values of the flow's inputs, by slot.
        options: The run's options.
        mode: How vertices overlap, if that was resolved already.
        lowered: Gives the flow as compiled source, for serial runs without anything special.
        awaitable_call: What code on an event loop should await instead.

    Raises:
        FlowFailed: The run failed.
        RunUsageError: An event loop runs on this thread.
        SettingsError: The environment holds a bad value.
    """
    if running_loop() is not None:
        raise _blocks_the_loop(plan.flow, awaitable_call)
    if mode is None:
        mode = run_mode(options)
    if plan.has_async:
        _check_backends(plan, options.async_backend)
    run = _new_run(plan, inputs, options, mode)
    try:
        _drive(run, options, mode, lowered)
        conclude(run)
    finally:
        run.scope.close()  # also after a Ctrl-C: the run around this one forgets it
        if mode.cache_dir is not None:
            _leave_cache(run)
    return run


def _drive(run: RunState, options: RunOptions, mode: RunMode, lowered: Lowered | None) -> None:
    if run.plan.has_async:
        drive_on_own_loop(
            run,
            mode.schedule,
            backend=options.async_backend,
            max_workers=mode.max_workers,
            max_tasks=options.max_tasks,
            grace_s=options.grace_s,
            compiled=_awaited(run, options, mode, lowered),
        )
    elif mode.schedule is Schedule.SERIAL:
        _drive_serially(run, options, lowered)
    elif _is_plain(run, mode.schedule):
        drive_stages_on_threads(run, mode.max_workers)
    else:
        drive_with_crew(run, mode.max_workers)


async def execute_async(
    plan: Plan,
    inputs: Mapping[int, object],
    options: RunOptions,
    *,
    mode: RunMode | None = None,
    lowered: Lowered | None = None,
    blocking_call: str = "flow.run(...)",
) -> RunState:
    """Run a plan inside the event loop that is running, asyncio or trio.

    Args:
        plan: What to run.
        inputs: The values of the flow's inputs, by slot.
        options: The run's options.
        mode: How vertices overlap, if that was resolved already.
        lowered: Gives the flow as compiled source, for serial runs without anything special.
        blocking_call: What code without an event loop should call instead.

    Raises:
        FlowFailed: The run failed.
        RunUsageError: No event loop runs on this thread.
        SettingsError: The environment holds a bad value.
    """
    backend = running_loop()
    if backend is None:
        raise _lacks_a_loop(plan.flow, blocking_call)
    if mode is None:
        mode = run_mode(options)
    _check_backends(plan, backend)
    run = _new_run(plan, inputs, options, mode)
    # The library of the loop is loaded: the loop is running.
    if backend == "trio":
        from hbia_dsl.drivers.trio_loop import drive_on_trio as drive
    else:
        from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio as drive

    try:
        await drive(
            run,
            mode.schedule,
            max_workers=mode.max_workers,
            max_tasks=options.max_tasks,
            grace_s=options.grace_s,
            compiled=_awaited(run, options, mode, lowered),
        )
        conclude(run)
    finally:
        run.scope.close()
        if mode.cache_dir is not None:
            _leave_cache(run)
    return run


def _new_run(
    plan: Plan, inputs: Mapping[int, object], options: RunOptions, mode: RunMode
) -> RunState:
    refuse_if_too_deep(plan.flow, CURRENT_SCOPE.get())
    refuse_in_transaction(plan)
    run = RunState(
        plan,
        inputs,
        clock=time.perf_counter,
        timeout_s=options.timeout_s,
        schedule=mode.schedule,
        keeps_going=options.on_error == "continue",
    )
    run.undo_timeout_s = options.compensation_timeout_s
    run.undo_attempts = options.compensation_attempts
    run.keeps_timings = options.timings
    if mode.cache_dir is not None:
        from hbia_dsl.flow.cache_of_run import enter_cache  # loaded where it is used

        enter_cache(run, options, mode.cache_dir)
    elif CURRENT_CACHE.get() is not None:  # of a run around this one
        run.context.run(CURRENT_CACHE.set, None)
    watch = RUN_WATCH.get()
    if watch is not None:
        watch(run)
    return run


def _leave_cache(run: RunState) -> None:
    from hbia_dsl.flow.cache_of_run import leave_cache  # loaded where it is used

    leave_cache(run)


def _drive_serially(run: RunState, options: RunOptions, lowered: Lowered | None) -> None:
    if lowered is not None and not _is_special(run):
        compiled = lowered.lowered(check=options.check, timed=options.timings)
        if compiled is not None:
            drive_lowered(run, compiled)
            return
    drive_serially(run)


def _awaited(
    run: RunState, options: RunOptions, mode: RunMode, lowered: Lowered | None
) -> AwaitedRun | None:
    """Return the compiled source for a run inside an event loop, if it can be one of that."""
    is_serial = mode.schedule is Schedule.SERIAL
    if lowered is None or not is_serial or not run.plan.is_all_async or _is_special(run):
        return None
    return lowered.awaited(check=options.check)


def _is_special(run: RunState) -> bool:
    """Return whether somebody must look at a serial run between its vertices."""
    scope = run.scope
    is_watched = run.plan.has_timeouts or scope.deadline is not None or scope.parent is not None
    is_watched = is_watched or run.context.get(CURRENT_CACHE) is not None
    return is_watched or run.keeps_going or RUN_WATCH.get() is not None


def _is_plain(run: RunState, schedule: Schedule) -> bool:
    """Return whether the caller may work too: nobody has to watch the time meanwhile."""
    plan = run.plan
    return (
        schedule is Schedule.STAGES
        and not plan.has_timeouts
        and not plan.groups
        and run.scope.deadline is None
        and run.scope.parent is None
    )


def _check_backends(plan: Plan, running: str) -> None:
    """Refuse a vertex that needs the other event loop, before anything has run."""
    if plan.backends <= {running}:
        return
    for vertex in plan.vertices:
        if vertex.is_async and vertex.backend not in (None, running):
            raise ForeignLoopError(
                Diagnostic(
                    FOREIGN_LOOP,
                    f"vertex `{vertex.name}` needs {vertex.backend}, but this run is on {running}",
                    location=location_of(vertex.handler),
                    help=f'run the flow with async_backend="{vertex.backend}", or inside '
                    f"{vertex.backend}",
                )
            )


def _blocks_the_loop(flow: str, instead: str) -> RunUsageError:
    return RunUsageError(
        Diagnostic(
            LOOP_IS_RUNNING,
            f"flow `{flow}` was started by a call that blocks, on a thread whose event loop "
            "is running",
            location=caller_location(),
            help=f"write `await {instead}`",
        )
    )


def _lacks_a_loop(flow: str, instead: str) -> RunUsageError:
    return RunUsageError(
        Diagnostic(
            LOOP_IS_RUNNING,
            f"flow `{flow}` was awaited where neither asyncio nor trio is running",
            location=caller_location(),
            help=f"write `{instead}` in code that is not async",
        )
    )
