"""Run the coroutine of an async vertex inside the task of a carrier, step by step.

A carrier is a task that runs one vertex after another. A coroutine that never suspends
ends in its first step, and the carrier goes on with the next vertex: no task is made
for it. One that suspends keeps the carrier to itself until it ends, and the driver
makes another carrier for the vertices that are left. So during all of its life a
handler runs inside one real task that runs nothing else: `current_task()`, cancel
scopes, timeouts and task-local state are what they would be in a task of its own.

Each vertex has its own copy of the run's context, entered anew for every step.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import Context
from types import CoroutineType
from typing import Final

from hbia_dsl.lowering.await_text import TURN

Suspended = object
"""What a coroutine hands to the event loop when it suspends."""

FOREIGN_WAIT: Final = "cannot be waited for in this event loop"
"""The sign by which a complaint of ours about another loop's awaitable is recognised."""


class Resumed:
    """The rest of a coroutine that has suspended once, to be awaited."""

    __slots__ = ("_context", "_coroutine", "_first", "_is_foreign", "is_thrown_away")

    def __init__(
        self,
        coroutine: Coroutine[object, object, object],
        context: Context,
        first: Suspended,
        is_foreign: Callable[[Suspended], bool] | None,
    ) -> None:
        """Take over a coroutine.

        Args:
            coroutine: It has suspended. Either that of a vertex, or a piece of compiled
                source that gives up its turn at the end of a vertex.
            context: Where each of its steps is made.
            first: What it waits for.
            is_foreign: Recognises what must never reach the loop: the loop would drop
                the whole task. The coroutine is told instead.
        """
        self._coroutine = coroutine
        self._context = context
        self._first = first
        self._is_foreign = is_foreign
        self.is_thrown_away = False
        """Whether the carrier was closed instead of resumed, because its loop is gone."""

    def __await__(self) -> Generator[object, object, object]:
        """Hand on to the event loop what the coroutine waits for, and back what comes.

        Returns at the end of the coroutine or of its turn.
        """
        enter, send, throw = self._context.run, self._coroutine.send, self._coroutine.throw
        waits_for, is_foreign = self._first, self._is_foreign
        try:
            while waits_for is not TURN:
                if is_foreign is not None and is_foreign(waits_for):
                    complaint = f"a {type(waits_for).__name__} {FOREIGN_WAIT}"
                    waits_for = enter(throw, TypeError(complaint))
                    continue
                try:
                    answer = yield waits_for
                except GeneratorExit:
                    self.is_thrown_away = True
                    self._context.run(self._coroutine.close)
                    raise
                except BaseException as error:  # noqa: BLE001 - thrown in by the loop: a cancellation
                    waits_for = enter(throw, error)
                else:
                    waits_for = enter(send, answer)
        except StopIteration as end:
            return end.value
        return None


def awaitable(value: object) -> Coroutine[object, object, object]:
    """Return what a handler gave as a coroutine, which it nearly always is already."""
    return value if type(value) is CoroutineType else awaiting(value)


async def awaiting(value: object) -> object:
    """Wrap an awaitable that is not a coroutine; anything else fails as `await` does."""
    if not isinstance(value, Awaitable):
        raise TypeError(f"an async handler gave a {type(value).__name__}, which cannot be awaited")
    return await value
