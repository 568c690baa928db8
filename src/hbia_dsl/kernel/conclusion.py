"""How a run ends: what is raised when nothing of it runs any more.

One place for all drivers, so that a failure looks the same in every mode: always one
`FlowFailed`, its leaves in canonical order. An interrupt leaves bare, as Python
programmers expect of it.
"""

import os

from hbia_dsl.diagnostics.location import declaration_line
from hbia_dsl.errors import FlowFailed
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
        raise run.scope.cancelled(run.scope.token.reason or StopReason.HOST.value)
    order = sorted(kernel.failures)
    for v in order:
        kernel.failures[v].add_note(_note(run, v))
    bare = [v for v in order if not isinstance(kernel.failures[v], Exception)]
    if bare:
        error = kernel.failures[bare[0]]
        add_failures_as_notes(run, error)
        raise error
    raise flow_failed(run, order)


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
        if state == SKIPPED
    ]
    return FlowFailed(
        _headline(run, failures, len(skipped)),
        failures,
        skipped,
        flow=run.plan.flow,
        run_id=identity(run),
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
            name = run.vertices[v].name
            error.add_note(f"vertex `{name}` also failed: {type(failure).__name__}: {failure}")


def stop_with_parent(run: RunState) -> None:
    """Stop a run because the run around it is being stopped."""
    run.kernel.stop(StopReason.HOST)


def _note(run: RunState, v: int) -> str:
    vertex = run.vertices[v]
    place = declaration_line(vertex.handler)
    where = "" if place is None else f" ({place.short()})"
    return f"vertex `{vertex.name}`{where} of flow `{run.plan.flow}`, run {identity(run)}"


def _headline(run: RunState, failures: dict[str, Exception], skipped: int) -> str:
    shown = [
        f"`{name}` raised {type(error).__name__}" if name != DEADLINE_KEY else "deadline reached"
        for name, error in list(failures.items())[:3]
    ]
    if len(failures) > len(shown):
        shown.append(f"{len(failures) - len(shown)} more")
    rest = f"; {skipped} skipped" if skipped else ""
    return f"flow `{run.plan.flow}` failed: {', '.join(shown)}{rest}"
