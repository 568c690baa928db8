"""Run the coroutine of an async vertex inside the task of a carrier, step by step.

A carrier is a task that runs one vertex after another. A coroutine that never suspends
ends in its first step, and the carrier goes on with the next vertex: no task is made
for it. One that suspends keeps the carrier to itself until it ends, and the driver
makes another carrier for the vertices that are left. So during all of its life a
handler runs inside one real task that runs nothing else: `current_task()`, cancel
scopes, timeouts and task-local state are what they would be in a task of its own.

Each vertex has its own copy of the run's context, entered anew for every step.
"""

from collections.abc import Awaitable, Coroutine, Generator
from contextvars import Context

Suspended = object
"""What a coroutine hands to the event loop when it suspends."""


class Resumed:
    """The rest of a coroutine that has suspended once, to be awaited."""

    __slots__ = ("_context", "_coroutine", "_first")

    def __init__(
        self, coroutine: Coroutine[object, object, object], context: Context, first: Suspended
    ) -> None:
        self._coroutine = coroutine
        self._context = context
        self._first = first

    def __await__(self) -> Generator[object, object, object]:
        """Hand on to the event loop what the coroutine waits for, and back what comes."""
        enter, send, throw = self._context.run, self._coroutine.send, self._coroutine.throw
        waits_for = self._first
        try:
            while True:
                try:
                    answer = yield waits_for
                except GeneratorExit:
                    self._context.run(self._coroutine.close)
                    raise
                except BaseException as error:  # noqa: BLE001 - thrown in by the loop: a cancellation
                    waits_for = enter(throw, error)
                else:
                    waits_for = enter(send, answer)
        except StopIteration as end:
            return end.value


async def awaiting(value: object) -> object:
    """Wrap an awaitable that is not a coroutine; anything else fails as `await` does."""
    if not isinstance(value, Awaitable):
        raise TypeError(f"an async handler gave a {type(value).__name__}, which cannot be awaited")
    return await value
