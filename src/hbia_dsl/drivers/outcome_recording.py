"""Decide what an exception out of a vertex means for the run."""

from collections.abc import Sequence

from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.run_state import RunState


def record_outcome(run: RunState, v: int, error: BaseException | None) -> Sequence[int]:
    """Tell the kernel how a vertex ended; return what may start because of it.

    A vertex that gives way to a stop of its run is cancelled, not failed.
    """
    kernel = run.kernel
    if error is None:
        return kernel.succeeded(v)
    if kernel.stop_reason is not None and isinstance(error, VertexCancelled):
        kernel.cancelled(v)
        return ()
    return kernel.failed(v, error)


def tell_handlers(run: RunState) -> None:
    """Let running handlers know if the run is being stopped; runs their hooks."""
    reason = run.kernel.stop_reason
    if reason is not None:
        run.scope.token.cancel(reason.value)
