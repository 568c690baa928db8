"""A vertex that runs in a simulated world: on a thread that is none, or as a task stepped by hand.

Neither knows of the queue of events; the driver says when each thing happens.
"""

import sys
from types import CoroutineType
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import FOREIGN_LOOP
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.drivers.foreign_loop import SIGNS
from hbia_dsl.drivers.invoke import arguments_of, timeout_error
from hbia_dsl.drivers.stepping import Suspended, awaiting
from hbia_dsl.drivers.timetable import Timer
from hbia_dsl.drivers.virtual_clock import VirtualSleep
from hbia_dsl.errors import ForeignLoopError, VertexCancelled
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, RunScope
from hbia_dsl.kernel.run_state import RunState

_ALL_SIGNS: Final = tuple(sign for signs in SIGNS.values() for sign in signs)


@attrs.frozen
class Lasts:
    """How long a vertex takes."""

    seconds: float
    is_given: bool
    """Whether the user said so; what is drawn does not lengthen the sleep of an async handler."""


class SimulatedThread:
    """A vertex that is not async. Its handler is called once, whatever happens to the run."""

    __slots__ = ("_context", "_error", "_result", "_run", "_v", "scope")

    def __init__(self, run: RunState, v: int) -> None:
        self._run = run
        self._v = v
        self._context = run.context.copy()
        self._error: BaseException | None = None
        self._result: object = None
        self.scope: RunScope | None = None
        """Of a vertex with a timeout."""
        if run.vertices[v].timeout_s is not None:
            self.scope = self._context.run(_enter_scope, run, run.vertices[v])

    def call(self) -> None:
        """Call the handler; what comes of it is known at the end."""
        vertex = self._run.vertices[self._v]
        try:
            arguments, named = arguments_of(vertex, self._run.slots)
            self._result = self._context.run(vertex.handler, *arguments, **named)
        except BaseException as error:  # noqa: BLE001 - the driver decides what becomes of it
            self._error = error

    def end(self) -> BaseException | None:
        """Put the result away; return what the vertex raised. Its end has its time already."""
        run, v = self._run, self._v
        vertex = run.vertices[v]
        error = put_away(run, vertex, self._result) if self._error is None else self._error
        if self.scope is None or vertex.timeout_s is None:
            return error
        self.scope.close()
        if error is not None and not isinstance(error, Exception):
            return error
        if isinstance(error, VertexCancelled) and run.scope.token.reason is not None:
            return error  # it gave way to a stop of the run, whatever its own time
        is_late = run.ended[v] - run.started[v] >= vertex.timeout_s
        return timeout_error(vertex, cause=error) if is_late else error


class SimulatedTask:
    """An async vertex, stepped by hand."""

    __slots__ = (
        "_context",
        "_coroutine",
        "_lasts",
        "_run",
        "_v",
        "error",
        "has_ended",
        "has_slept",
        "is_cancelled",
        "is_timed_out",
        "owes_cancellation",
        "wake",
    )

    def __init__(self, run: RunState, v: int, lasts: Lasts) -> None:
        self._run = run
        self._v = v
        self._lasts = lasts
        self._context = run.context.copy()
        self._coroutine = self._whole()
        self.has_slept = False
        """Whether it has taken time of its own accord."""
        self.error: BaseException | None = None
        self.has_ended = False
        self.is_cancelled = False
        """Whether it was told to end because the run is being stopped."""
        self.is_timed_out = False
        self.owes_cancellation = False
        """Whether it was told to end when it could not be: it had not begun."""
        self.wake: Timer | None = None
        """What ends its waiting; None if it does not wait."""

    def step(self, throw: BaseException | None = None) -> Suspended:
        """Run the handler until it waits or ends; return what it waits for.

        Args:
            throw: What to raise where the handler waits.
        """
        enter, coroutine = self._context.run, self._coroutine
        try:
            if throw is None:
                waits_for: Suspended = enter(coroutine.send, None)
            else:
                waits_for = enter(coroutine.throw, throw)
        except StopIteration as end:
            self.has_ended = True
            self.error = put_away(self._run, self._run.vertices[self._v], end.value)
        except BaseException as error:  # noqa: BLE001 - the driver decides what becomes of it
            self.has_ended = True
            self.error = _explained(self._run.vertices[self._v], error)
        else:
            if isinstance(waits_for, VirtualSleep):
                self.has_slept = True
            elif _is_of_a_loop(waits_for) and not isinstance(throw, ForeignLoopError):
                return self.step(_foreign(self._run.vertices[self._v]))
            return waits_for
        return None

    def close(self) -> None:
        """Give the handler up where it waits."""
        self._context.run(self._coroutine.close)

    async def _whole(self) -> object:
        """Be the handler, and then wait if the vertex takes longer than the handler did."""
        run, vertex = self._run, self._run.vertices[self._v]
        arguments, named = arguments_of(vertex, run.slots)
        made = vertex.handler(*arguments, **named)
        result = await (made if type(made) is CoroutineType else awaiting(made))
        if self._lasts.is_given or not self.has_slept:
            left_s = run.started[self._v] + self._lasts.seconds - run.clock()
            if left_s > 0:
                await VirtualSleep(left_s)
        return result


def put_away(run: RunState, vertex: PlannedVertex, result: object) -> BaseException | None:
    """Put a result into the slots; return what is wrong with it, if anything is."""
    if vertex.store is None:
        run.slots[vertex.slot] = result
        return None
    try:
        vertex.store(run.slots, result)
    except BaseException as error:  # noqa: BLE001 - the driver decides what becomes of it
        return error
    return None


def cancelled_error() -> BaseException:
    """Return what tells an async handler to end, and a host that it was cancelled: asyncio's."""
    from asyncio import CancelledError  # loaded where it is used

    return CancelledError()


def is_cancellation(error: BaseException) -> bool:
    """Return whether this is what `cancelled_error` makes."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _enter_scope(run: RunState, vertex: PlannedVertex) -> RunScope:
    scope = RunScope(run.plan.flow, run.clock, run.scope, vertex.timeout_s)
    scope.depth = run.scope.depth  # a vertex is not a run inside a run
    CURRENT_SCOPE.set(scope)
    return scope


def _is_of_a_loop(waits_for: Suspended) -> bool:
    """Return whether only an event loop can end this waiting."""
    return hasattr(waits_for, "_asyncio_future_blocking") or type(waits_for).__module__.startswith(
        "trio."
    )


def _explained(vertex: PlannedVertex, error: BaseException) -> BaseException:
    """Return the error itself, unless it complains that no event loop runs."""
    if type(error) in (RuntimeError, TypeError) and any(s in str(error) for s in _ALL_SIGNS):
        foreign = _foreign(vertex)
        foreign.__cause__ = error
        return foreign
    return error


def _foreign(vertex: PlannedVertex) -> ForeignLoopError:
    return ForeignLoopError(
        Diagnostic(
            FOREIGN_LOOP,
            f"vertex `{vertex.name}` waits for an event loop, which a simulated run does not have",
            location=location_of(vertex.handler),
            help="await `virtual_sleep` of `hbia_dsl.testing` instead, or have the flow take a "
            "stand-in for this vertex",
        )
    )
