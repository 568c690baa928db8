"""Undo atomic groups from code that is not async: here, or on a thread that can be left behind."""

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event

from hbia_dsl.drivers.ctrl_c import CtrlC
from hbia_dsl.drivers.thread_pool import POOL, Report
from hbia_dsl.drivers.undoing import Attempt, Ended, Pause, Undoing, undoing
from hbia_dsl.drivers.undoing_scope import GRACE_S, UndoScope
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.run_state import RunState


def undo_here(run: RunState, *, on_threads: bool, is_interrupted: bool = False) -> None:
    """Undo the groups that did not come to their end; what became of them is in the run.

    A first Ctrl-C waits until all is undone; a second one leaves at once.

    Args:
        run: Nothing of it runs any more.
        on_threads: Whether compensations run on threads of the pool, so that one that
            hangs does not keep the others from running.
        is_interrupted: Whether Ctrl-C was pressed before.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed meanwhile; bare, what failed is in its notes.
    """
    if not run.plan.groups:
        return
    answer = partial(_answer, run, on_threads=on_threads)
    try:
        if is_interrupted or _was_interrupted(run):
            _carry_out(undoing(run), answer)
            return
        with CtrlC() as ctrl_c:
            _carry_out(undoing(run), answer)
    except KeyboardInterrupt:
        raise _told(run) from None
    if ctrl_c.presses:
        raise _told(run)


def _was_interrupted(run: RunState) -> bool:
    return any(isinstance(error, KeyboardInterrupt) for error in run.kernel.failures.values())


def _told(run: RunState) -> KeyboardInterrupt:
    interrupt = KeyboardInterrupt()
    add_failures_as_notes(run, interrupt)
    add_groups_as_notes(run, interrupt)
    return interrupt


def _wait(seconds: float) -> None:
    Event().wait(seconds)


def undo_in_no_time(run: RunState) -> None:
    """Undo groups in a simulated world, in which nobody waits and nothing hangs."""
    _carry_out(undoing(run), partial(_answer_in_no_time, run), pause=lambda _seconds: None)


def _answer_in_no_time(run: RunState, asked: Attempt) -> Ended:
    scope = UndoScope(run, asked)
    # A real run has a loop if anything in it is async, and there what is awaitable is awaited.
    return scope.without_loop(scope.call(in_no_time=run.plan.has_async))


def _carry_out(
    steps: Undoing, answer: Callable[[Attempt], Ended], pause: Callable[[float], None] = _wait
) -> None:
    try:
        asked = next(steps)
        while True:
            if isinstance(asked, Pause):
                pause(asked.seconds)
                asked = steps.send(Ended())
            else:
                asked = steps.send(answer(asked))
    except StopIteration:
        return


def _answer(run: RunState, asked: Attempt, *, on_threads: bool) -> Ended:
    scope = UndoScope(run, asked)
    return scope.without_loop(_attempted(scope, asked, on_threads=on_threads))


def _attempted(scope: UndoScope, asked: Attempt, *, on_threads: bool) -> Ended:
    if not on_threads or asked.deadline is None:
        return scope.call()
    outcomes: SimpleQueue[Ended] = SimpleQueue()

    def work() -> Report:
        return partial(outcomes.put, scope.call())

    try:
        POOL.submit(work)
    except RuntimeError:  # the system gives no more threads
        return scope.call()
    try:
        return outcomes.get(timeout=scope.seconds_left())
    except Empty:
        scope.time_is_up()
    try:
        return scope.judged_late(outcomes.get(timeout=GRACE_S))
    except Empty:
        return scope.judged_late(None)
