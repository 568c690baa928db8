"""Decide what an exception out of a vertex means for the run."""

import sys
from collections.abc import Sequence

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import VERTEX_CANCELLED
from hbia_dsl.drivers.deadline import heed_scope
from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.group_kernel import GroupKernel
from hbia_dsl.kernel.run_state import RunState


def record_outcome(run: RunState, v: int, error: BaseException | None) -> Sequence[int]:
    """Tell the kernel how a vertex ended; return what may start because of it.

    A vertex that gives way to a stop of its run is cancelled, not failed.
    """
    kernel = run.kernel
    if error is None:
        return kernel.succeeded(v)
    if isinstance(kernel, GroupKernel) and v in run.returned:
        kernel.refused(v)
    heed_scope(run)  # the vertex may have noticed a stop before its driver did
    if _is_foreign_cancellation(error):
        error = _lost_cancellation(run.vertices[v].name, error)
    if kernel.stop_reason is not None and isinstance(error, VertexCancelled):
        kernel.cancelled(v)
        return ()
    if isinstance(kernel, GroupKernel):
        return _record_failure(run, kernel, v, error)
    return kernel.failed(v, error)


def tell_handlers(run: RunState) -> None:
    """Let running handlers know if the run is being stopped; runs their hooks."""
    reason = run.kernel.stop_reason
    if reason is not None:
        run.scope.token.cancel(reason.value)


def _record_failure(
    run: RunState, kernel: GroupKernel, v: int, error: BaseException
) -> Sequence[int]:
    """Tell the kernel of a failure, unless the transaction that `v` is in is begun again."""
    g = run.plan.group_of.get(v)
    steps = None if g is None else run.plan.groups[g].transaction
    if steps is None or v == steps.begin or kernel.is_failing(v):
        return kernel.failed(v, error)
    unit = run.slots[steps.slot]
    may_go_on = kernel.stop_reason is None and isinstance(error, Exception)
    if may_go_on and steps.may_retry(unit, error):
        return kernel.restart(v)
    ready = kernel.failed(v, error)
    if kernel.is_failing(v):
        steps.doom(unit)
    return ready


def _is_foreign_cancellation(error: BaseException) -> bool:
    asyncio = sys.modules.get("asyncio")  # what is not loaded cannot have raised
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _lost_cancellation(vertex: str, error: BaseException) -> VertexCancelled:
    """Describe a `CancelledError` by which nobody meant to cancel this run.

    Let out as it is, the caller would take it for a cancellation of itself.
    """
    lost = VertexCancelled(
        Diagnostic(
            VERTEX_CANCELLED,
            f"vertex `{vertex}` ended with CancelledError although nobody cancelled it",
            help="catch the cancellation of what the handler waits for inside the handler",
        )
    )
    lost.__cause__ = error
    return lost
