"""Run one vertex at a time, here, in canonical order."""

from hbia_dsl.drivers.deadline import heed_scope, stop_at_deadline
from hbia_dsl.drivers.invoke import invoke
from hbia_dsl.drivers.outcome_recording import record_outcome
from hbia_dsl.drivers.undoing_here import undo_here
from hbia_dsl.kernel.conclusion import add_groups_as_notes, stop_with_parent
from hbia_dsl.kernel.kernel import StopReason
from hbia_dsl.kernel.run_state import RunState


def drive_serially(run: RunState) -> None:
    """Run all vertices on the calling thread, one after the other.

    Deadlines are looked at between vertices; a running handler can look itself, by
    `check_cancelled`. The outcome is in the run's kernel.
    """
    if not run.plan.groups:
        _walk(run)
        return
    try:
        _walk(run)
    except BaseException as interrupt:  # Ctrl-C in our own code
        run.kernel.stop(StopReason.INTERRUPT)
        undo_here(run, on_threads=False, is_interrupted=True)
        add_groups_as_notes(run, interrupt)
        raise
    undo_here(run, on_threads=False)


def _walk(run: RunState) -> None:
    kernel, clock, token = run.kernel, run.clock, run.scope.token
    deadline = run.scope.deadline
    heed_scope(run)
    for v in kernel.in_order():
        error = invoke(run, v)
        if deadline is not None and clock() >= deadline:
            stop_at_deadline(run)
        elif token.reason is not None:
            stop_with_parent(run)
        if error is None:
            kernel.succeeded(v)
        else:
            record_outcome(run, v, error)
