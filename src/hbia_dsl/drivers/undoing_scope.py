"""Where a compensation runs: a scope of its own, which no stop of the run reaches."""

from collections.abc import Awaitable, Callable
from contextvars import Context
from threading import current_thread, main_thread
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import COMPENSATION_FAILED
from hbia_dsl.diagnostics.unawaited import discard
from hbia_dsl.drivers.stepping import awaiting
from hbia_dsl.drivers.undoing import Attempt, Ended
from hbia_dsl.errors import CompensationError, VertexCancelled, VertexTimeout
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, RunScope
from hbia_dsl.kernel.run_state import RunState

GRACE_S: Final = 1.0
"""How long a compensation that is told that its time is up may still take, in seconds."""


class UndoScope:
    """One attempt to undo something: its context, its deadline, and how its end is judged."""

    def __init__(self, run: RunState, asked: Attempt) -> None:
        self._run = run
        self._asked = asked
        timeout_s = None if asked.deadline is None else max(0.0, asked.deadline - run.clock())
        self._scope = RunScope(run.plan.flow, run.clock, None, timeout_s)
        self.context: Context = run.context.copy()
        """Each attempt has its own copy."""
        self.context.run(CURRENT_SCOPE.set, self._scope)

    def call(self, *, in_no_time: bool = False) -> Ended:
        """Make the attempt, here and now.

        Args:
            in_no_time: Whether what is awaitable is stepped through: in a simulated run.
        """
        try:
            value = self.context.run(self._asked.call)
            is_stepped = self._asked.is_async or (in_no_time and isinstance(value, Awaitable))
            return Ended(self._to_the_end(value) if is_stepped else value)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and current_thread() is main_thread():
                raise  # Ctrl-C, which strikes nowhere else
            return self.failed(error)

    def _to_the_end(self, coroutine: object) -> object:
        """Step through a coroutine for which no time passes."""
        steps = awaiting(coroutine)
        try:
            while True:
                self.context.run(steps.send, None)
        except StopIteration as end:
            return end.value

    def failed(self, error: BaseException) -> Ended:
        """Judge what an attempt raised."""
        if isinstance(error, VertexCancelled) and self.seconds_left() == 0.0:
            return self.timed_out(error)  # it noticed before its driver did
        if isinstance(error, Exception):
            return Ended(error=error)
        text = f"{self._asked.name} raised {type(error).__name__}"
        crash = CompensationError(
            Diagnostic(COMPENSATION_FAILED, text, help="let it raise exceptions that are errors")
        )
        crash.__cause__ = error
        return Ended(error=crash, is_over=True)

    def without_loop(self, ended: Ended) -> Ended:
        """Judge an attempt where no event loop runs: what it gave cannot be awaited."""
        if ended.error is not None or not isinstance(ended.value, Awaitable):
            return ended
        discard(ended.value)
        text = f"{self._asked.name} returned an awaitable, and nothing of it was awaited"
        error = CompensationError(
            Diagnostic(COMPENSATION_FAILED, text, help="declare it `async def`")
        )
        return Ended(error=error, is_over=True)

    def seconds_left(self) -> float | None:
        """Return the time until the deadline, not below 0, or None if there is none."""
        deadline = self._scope.deadline
        return None if deadline is None else max(0.0, deadline - self._run.clock())

    def time_is_up(self) -> None:
        """Tell the attempt; `check_cancelled` and the hooks of `on_cancel` hear of it."""
        self._scope.token.cancel("its time is up")

    def judged_late(self, ended: Ended | None) -> Ended:
        """Judge an attempt whose time was up; None if it still runs."""
        if ended is None:
            return self.timed_out(note="it still runs: only its own consent can end it")
        if ended.error is None or isinstance(ended.error, VertexTimeout):
            return ended  # late, but done; or judged already
        return self.timed_out(ended.error)

    def timed_out(self, cause: BaseException | None = None, note: str | None = None) -> Ended:
        """Say that an attempt ran out of time; it is not made again."""
        error = VertexTimeout(
            Diagnostic(
                COMPENSATION_FAILED,
                f"{self._asked.name} reached its timeout of {self._run.undo_timeout_s:g} s",
                notes=() if note is None else (note,),
                help="raise `compensation_timeout_s`, or let it call `check_cancelled()` "
                "while it waits",
            )
        )
        error.__cause__ = cause
        return Ended(error=error, is_over=True)


async def to_the_end(asked: Attempt, attempt: Callable[[Attempt], Awaitable[Ended]]) -> Ended:
    """Make an attempt inside an event loop, and await what it gave if that is awaitable.

    Args:
        asked: The attempt.
        attempt: Makes one, in the way of the loop.
    """
    ended = await attempt(asked)
    if asked.is_async or ended.error is not None or not isinstance(ended.value, Awaitable):
        return ended
    try:
        return await attempt(asked.to_await(ended.value))
    finally:
        discard(ended.value)
