"""Call one vertex that is not async, here and now, and put its result away."""

from collections.abc import Callable
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import VERTEX_TIMEOUT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import VertexCancelled, VertexTimeout
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, RunScope
from hbia_dsl.kernel.run_state import RunState

TIME_IS_UP: Final = "its timeout is over"
"""Why a vertex is stopped that has a timeout of its own."""


def invoke(run: RunState, v: int) -> BaseException | None:
    """Run a vertex in its own copy of the run's context.

    Returns:
        What it raised, or None; its result is in the slots then. Nothing escapes: a
        `KeyboardInterrupt` is returned too, for the driver to act on.
    """
    vertex = run.vertices[v]
    slots = run.slots
    if vertex.timeout_s is not None:
        return invoke_with_timeout(run, v)
    run.started[v] = run.clock()
    try:
        if vertex.keywords is None:
            result = run.context.copy().run(vertex.handler, *vertex.positional(slots))
        else:
            named = dict(zip(vertex.keyword_names, vertex.keywords(slots), strict=True))
            result = run.context.copy().run(vertex.handler, *vertex.positional(slots), **named)
        if vertex.store is None:
            slots[vertex.slot] = result
        else:
            vertex.store(slots, result)
    except BaseException as error:  # noqa: BLE001 - the driver decides what becomes of it
        run.ended[v] = run.clock()
        return error
    run.ended[v] = run.clock()
    return None


def invoke_with_timeout(
    run: RunState, v: int, watch: Callable[[RunScope], None] | None = None
) -> BaseException | None:
    """Run a vertex that has a timeout, under a scope of its own.

    Args:
        run: The run.
        v: The vertex.
        watch: Has the scope cancelled when the time is up. Without it the handler can
            notice by `check_cancelled` only. In both cases a result that comes too late
            counts as a timeout.
    """
    vertex = run.vertices[v]
    slots = run.slots
    context = run.context.copy()
    run.started[v] = run.clock()  # before the scope, so that its deadline is never the earlier one
    scope = context.run(_enter_scope, run, vertex)
    if watch is not None:
        watch(scope)
    error: BaseException | None = None
    try:
        arguments, named = arguments_of(vertex, slots)
        result = context.run(vertex.handler, *arguments, **named)
        if vertex.store is None:
            slots[vertex.slot] = result
        else:
            vertex.store(slots, result)
    except BaseException as raised:  # noqa: BLE001 - the driver decides what becomes of it
        error = raised
    run.ended[v] = run.clock()
    scope.close()
    if error is not None and not isinstance(error, Exception):
        return error
    if isinstance(error, VertexCancelled) and run.scope.token.reason is not None:
        return error  # it gave way to a stop of the run, whatever its own time
    is_late = run.ended[v] - run.started[v] >= (vertex.timeout_s or 0.0)
    return timeout_error(vertex, cause=error) if is_late else error


def arguments_of(
    vertex: PlannedVertex, slots: list[object]
) -> tuple[tuple[object, ...], dict[str, object]]:
    """Take a vertex's arguments out of the slots."""
    named: dict[str, object] = {}
    if vertex.keywords is not None:
        named = dict(zip(vertex.keyword_names, vertex.keywords(slots), strict=True))
    return tuple(vertex.positional(slots)), named


def timeout_error(vertex: PlannedVertex, *, cause: BaseException | None = None) -> VertexTimeout:
    """Describe a vertex that ran into its timeout."""
    error = VertexTimeout(
        Diagnostic(
            VERTEX_TIMEOUT,
            f"vertex `{vertex.name}` reached its timeout of {vertex.timeout_s:g} s",
            location=location_of(vertex.handler),
            notes=()
            if vertex.is_async
            else ("a handler that is not async notices only in `check_cancelled()` or at its end",),
            help="raise `timeout_s`, or make the handler faster",
        )
    )
    error.__cause__ = cause
    return error


def _enter_scope(run: RunState, vertex: PlannedVertex) -> RunScope:
    scope = RunScope(run.plan.flow, run.clock, run.scope, vertex.timeout_s)
    scope.depth = run.scope.depth  # a vertex is not a run inside a run
    CURRENT_SCOPE.set(scope)
    return scope
