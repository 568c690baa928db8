"""A run's deadline: when it is, and what is said when it has passed."""

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import RUN_TIMEOUT
from hbia_dsl.errors import RunTimeout
from hbia_dsl.kernel.conclusion import stop_with_parent
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_state import RunState


def seconds_left(run: RunState) -> float | None:
    """Return the time until the run's deadline, not below 0, or None if it has none."""
    deadline = run.scope.deadline
    return None if deadline is None else max(0.0, deadline - run.clock())


def has_passed(run: RunState) -> bool:
    """Return whether the run has a deadline that has passed."""
    deadline = run.scope.deadline
    return deadline is not None and run.clock() >= deadline


def heed_scope(run: RunState) -> None:
    """Stop the run if its deadline has passed or the run around it is being stopped.

    What stops a run from outside is told to it by its driver's own means; this is for
    the moments before the first vertex, and when a vertex noticed sooner than the driver.
    """
    if run.kernel.stop_reason is not None:
        return
    if has_passed(run):
        stop_at_deadline(run)
    elif run.scope.parent is not None and run.scope.token.reason is not None:
        stop_with_parent(run)


def stop_at_deadline(run: RunState) -> None:
    """Start nothing more because the run's deadline has passed.

    A deadline inherited from the run around this one is reported by that run: this one
    only gives way.
    """
    if run.kernel.stop_reason is not None:
        return
    parent, deadline = run.scope.parent, run.scope.deadline
    if parent is not None and deadline is not None and parent.deadline == deadline:
        stop_with_parent(run)
        return
    run.kernel.stop(StopReason.DEADLINE)
    run.deadline_error = RunTimeout(
        Diagnostic(
            RUN_TIMEOUT,
            f"flow `{run.plan.flow}` reached the deadline of its run",
            help="give the run a longer `timeout_s`, or find its slow vertex in the timings",
        )
    )
