"""Run a serial, plain flow as its lowered source: no kernel step between two vertices.

The outcome is put into the run's kernel afterwards, so that everything that looks at a
run (states, times, failures) finds what it finds after any other driver.
"""

from array import array

from hbia_dsl.drivers.outcome_recording import record_outcome
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.run_text import CompiledRun


def drive_lowered(run: RunState, compiled: CompiledRun) -> None:
    """Run all vertices on the calling thread, in canonical order, as compiled source."""
    begun = run.clock()
    slots, ended, now, copy = run.slots, run.ended, run.clock, run.context.copy
    failed_at = len(run.vertices)
    try:
        for piece in compiled.pieces:
            piece(slots, ended, now, copy)
    except BaseException as error:
        number = compiled.vertex_at(error.__traceback__)
        if number is None:
            raise
        failed_at = number
        ended[number] = now()
        run.kernel.all_succeeded_before(number)
        record_outcome(run, number, error)
    else:
        run.kernel.all_succeeded_before(failed_at)
    if compiled.is_timed:
        _note_starts(run, begun, failed_at)


def _note_starts(run: RunState, begun: float, failed_at: int) -> None:
    """Note when each vertex was started, up to one that failed."""
    ended = run.ended
    # Nothing happens between two vertices: one begins when the one before it ends.
    started = array("d", (begun,))
    started.extend(ended[: len(ended) - 1])
    run.started = started
    if failed_at < len(ended):
        for v in range(failed_at + 1, len(ended)):
            run.started[v] = -1.0
