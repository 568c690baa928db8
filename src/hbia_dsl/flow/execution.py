"""Choose the driver of a run, have it run, and conclude.

The one way into the engine, for decorated flows and for hand-made graphs alike.
"""

import time
from collections.abc import Mapping

import attrs

from hbia_dsl.conf.settings import resolve_flag, resolve_worker_count
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import FOREIGN_LOOP, LOOP_IS_RUNNING
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.drivers.own_loop import drive_on_own_loop, refuse_running_loop, running_loop
from hbia_dsl.drivers.serial import drive_serially
from hbia_dsl.drivers.threads_crew import drive_with_crew
from hbia_dsl.drivers.threads_staged import drive_stages_on_threads
from hbia_dsl.errors import ForeignLoopError, RunUsageError
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.cancel_token import LOGGER
from hbia_dsl.kernel.conclusion import conclude
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, refuse_if_too_deep
from hbia_dsl.kernel.run_state import RunState


def execute(plan: Plan, inputs: Mapping[int, object], options: RunOptions) -> RunState:
    """Run a plan from code that is not async.

    Raises:
        FlowFailed: The run failed.
        RunUsageError: An event loop runs on this thread.
    """
    refuse_running_loop(plan.flow)
    mode = _Mode.of(options)
    run = _new_run(plan, inputs, options, mode)
    if plan.has_async:
        _check_backends(plan, options.async_backend)
        drive_on_own_loop(
            run,
            mode.schedule,
            backend=options.async_backend,
            max_workers=mode.max_workers,
            max_tasks=options.max_tasks,
            grace_s=options.grace_s,
        )
    elif mode.schedule is Schedule.SERIAL:
        drive_serially(run)
    elif _is_plain(run, mode.schedule):
        drive_stages_on_threads(run, mode.max_workers)
    else:
        drive_with_crew(run, mode.max_workers)
    conclude(run)
    return run


async def execute_async(plan: Plan, inputs: Mapping[int, object], options: RunOptions) -> RunState:
    """Run a plan inside the event loop that is running, asyncio or trio.

    Raises:
        FlowFailed: The run failed.
        RunUsageError: No event loop runs on this thread.
    """
    backend = running_loop()
    if backend is None:
        raise RunUsageError(
            Diagnostic(
                LOOP_IS_RUNNING,
                f"flow `{plan.flow}` was awaited where neither asyncio nor trio is running",
                help="write `flow.run(...)` in code that is not async",
            )
        )
    mode = _Mode.of(options)
    _check_backends(plan, backend)
    run = _new_run(plan, inputs, options, mode)
    limits = {"max_workers": mode.max_workers, "max_tasks": options.max_tasks}
    if backend == "trio":
        from hbia_dsl.drivers.trio_loop import drive_on_trio  # trio is loaded: it is running

        await drive_on_trio(run, mode.schedule, **limits, grace_s=options.grace_s)
    else:
        from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio  # asyncio is running

        await drive_on_asyncio(run, mode.schedule, **limits, grace_s=options.grace_s)
    conclude(run)
    return run


@attrs.frozen
class _Mode:
    """How a run overlaps its vertices, every source of settings consulted."""

    schedule: Schedule
    max_workers: int

    @classmethod
    def of(cls, options: RunOptions) -> "_Mode":
        if resolve_flag("CACHE_ENABLED", options.cache):
            say_cache_is_missing()
        if not resolve_flag("PARALLEL_ENABLED", options.parallel):
            # One thread is all that a serial run on an event loop needs for its sync vertices.
            return _SERIAL
        schedule = Schedule.EAGER if options.schedule == "eager" else Schedule.STAGES
        return cls(schedule, resolve_worker_count(options.max_workers))


_SERIAL = _Mode(Schedule.SERIAL, 1)


def say_cache_is_missing() -> None:
    """Say that results are not cached yet; nothing that was asked for is dropped silently."""
    LOGGER.warning("caching was asked for, but this version keeps no cache: every vertex runs")


def _new_run(
    plan: Plan, inputs: Mapping[int, object], options: RunOptions, mode: _Mode
) -> RunState:
    refuse_if_too_deep(plan.flow, CURRENT_SCOPE.get())
    return RunState(
        plan,
        inputs,
        clock=time.perf_counter,
        timeout_s=options.timeout_s,
        schedule=mode.schedule,
        keeps_going=options.on_error == "continue",
    )


def _is_plain(run: RunState, schedule: Schedule) -> bool:
    """Return whether the caller may work too: nobody has to watch the time meanwhile."""
    plan = run.plan
    return (
        schedule is Schedule.STAGES
        and not plan.has_timeouts
        and not plan.inner_counts
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
