"""How a run ends: what is raised when nothing of it runs any more.

One place for all drivers, so that a failure looks the same in every mode: always one
`FlowFailed`, its leaves in canonical order. An interrupt leaves bare, as Python
programmers expect of it.
"""

import os

from hbia_dsl.diagnostics.location import declaration_line
from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.group_kernel import GroupKernel
from hbia_dsl.kernel.kernel import SKIPPED, StopReason
from hbia_dsl.kernel.run_state import RunState

DEADLINE_KEY = "(deadline)"
"""Stands for a vertex's name in `FlowFailed.failures` if it was the run that ran out of time."""


def conclude(run: RunState) -> None:
    """Close a run and raise what has to be raised.

    Raises:
        FlowFailed: Vertices failed, or the run reached its deadline.
        BaseException: What a vertex raised that is not an `Exception`, such as
            `KeyboardInterrupt`; other failures are in its notes.
        VertexCancelled: The run was inside a vertex of another run that was stopped.
    """
    kernel = run.kernel
    kernel.finish()
    run.scope.close()
    if not kernel.failures and run.deadline_error is None:
        if kernel.stop_reason is None and SKIPPED not in kernel.states:
            return
        stopped = run.scope.cancelled(run.scope.token.reason or StopReason.HOST.value)
        add_groups_as_notes(run, stopped)
        raise stopped
    order = sorted(kernel.failures)
    for v in order:
        kernel.failures[v].add_note(_note(run, v))
    bare = [v for v in order if not isinstance(kernel.failures[v], Exception)]
    if bare:
        error = kernel.failures[bare[0]]
        add_failures_as_notes(run, error)
        add_groups_as_notes(run, error)
        raise error
    failed = flow_failed(run, order)
    add_groups_as_notes(run, failed)
    raise failed


def flow_failed(run: RunState, order: list[int]) -> FlowFailed:
    """Build the report of a failed run from its failures, the root first."""
    failures: dict[str, Exception] = {}
    if run.deadline_error is not None:
        failures[DEADLINE_KEY] = run.deadline_error
    for v in order:
        error = run.kernel.failures[v]
        if isinstance(error, Exception):
            failures[run.vertices[v].name] = error
    skipped = [
        vertex.name
        for vertex, state in zip(run.vertices, run.kernel.states, strict=True)
        if state == SKIPPED and not vertex.is_step
    ]
    return FlowFailed(
        _headline(run, failures, len(skipped)),
        failures,
        skipped,
        flow=run.plan.flow,
        run_id=identity(run),
        compensation_failures={n: e for group in run.settled for n, e in group.failures.items()},
    )


def identity(run: RunState) -> str:
    """Return the run's id, made when it is first asked for."""
    if run.run_id is None:
        run.run_id = os.urandom(6).hex()
    return run.run_id


def add_failures_as_notes(run: RunState, error: BaseException) -> None:
    """Name the failures of a run on an exception that leaves it bare."""
    for v, failure in sorted(run.kernel.failures.items()):
        if failure is not error:
            vertex = run.vertices[v]
            who = vertex.name if vertex.is_step else f"vertex `{vertex.name}`"
            error.add_note(f"{who} also failed: {type(failure).__name__}: {failure}")


def add_groups_as_notes(run: RunState, error: BaseException) -> None:
    """Say on an exception what became of the atomic groups that did not come to their end."""
    for group in run.settled:
        for note in group.notes():
            error.add_note(note)
    if isinstance(run.kernel, GroupKernel):
        for left in run.kernel.settlements():
            error.add_note(f"group `{left.group.name}` is not undone: the run was left before")


def stop_with_parent(run: RunState) -> None:
    """Stop a run because the run around it is being stopped."""
    run.kernel.stop(StopReason.HOST)


def _note(run: RunState, v: int) -> str:
    vertex = run.vertices[v]
    if vertex.is_step:
        return f"{vertex.name} of flow `{run.plan.flow}`, run {identity(run)}"
    place = declaration_line(vertex.handler)
    where = "" if place is None else f" ({place.short()})"
    return f"vertex `{vertex.name}`{where} of flow `{run.plan.flow}`, run {identity(run)}"


def _headline(run: RunState, failures: dict[str, Exception], skipped: int) -> str:
    steps = {vertex.name for vertex in run.vertices if vertex.is_step}
    shown = [
        "deadline reached"
        if name == DEADLINE_KEY
        else f"{name if name in steps else f'`{name}`'} raised {type(error).__name__}"
        for name, error in list(failures.items())[:3]
    ]
    if len(failures) > len(shown):
        shown.append(f"{len(failures) - len(shown)} more")
    rest = f"; {skipped} skipped" if skipped else ""
    return f"flow `{run.plan.flow}` failed: {', '.join(shown)}{rest}"
