"""Run a plan inside an event loop: carriers for async vertices, threads for the others.

The part that asyncio and trio share; what differs is behind `LoopPort`. Everything
here happens on the loop's thread, so there are no locks. Vertices that are not async
go to threads of the pool, because they must not hold up the caller's loop.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextvars import Context
from functools import partial
from types import CoroutineType
from typing import Final, Protocol

from hbia_dsl.drivers.deadline import has_passed, seconds_left, stop_at_deadline
from hbia_dsl.drivers.foreign_loop import explain_failure, explain_foreign_loop
from hbia_dsl.drivers.invoke import arguments_of, invoke, invoke_with_timeout
from hbia_dsl.drivers.stepping import Resumed, Suspended, awaiting
from hbia_dsl.drivers.stragglers import report_stragglers
from hbia_dsl.drivers.thread_pool import POOL
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.kernel.conclusion import stop_with_parent
from hbia_dsl.kernel.kernel import Schedule, StopReason
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import RunScope
from hbia_dsl.kernel.run_state import RunState

SLICE_S: Final = 0.005
"""How long a carrier may go on without letting other tasks of the loop run, in seconds."""

RECANCEL_S: Final = 1.0
"""After the grace period, how often a handler that ignores its cancellation is cancelled again."""

Coro = Coroutine[object, object, object]


class Later(Protocol):
    """Something that will happen unless it is called off."""

    def cancel(self) -> object:
        """Call it off."""


class LoopPort(Protocol):
    """What an event loop must be able to do for a run; one object for each run."""

    name: str

    def spawn(self, carry: Callable[[], Coroutine[object, object, None]]) -> None:
        """Start a carrier as a task; `Carriers.carrier_gone` is called when it is over."""

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        """Have something called on the loop's thread; may be called from any thread."""

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        """Have something called on the loop's thread after a while."""

    def suspended(self, v: int) -> None:
        """Learn that the current carrier now waits inside a vertex."""

    def resumed(self) -> None:
        """Learn that the current carrier's vertex has ended."""

    def cancel_suspended(self) -> Sequence[int]:
        """Cancel the carriers that wait inside a vertex, once each; return these vertices."""

    def spent_check(self) -> Callable[[], int] | None:
        """Return what tells whether the current carrier was cancelled, and so must take no more
        vertices; None if that cannot happen."""

    def timed(self, vertex: PlannedVertex, coroutine: Coro) -> Coro:
        """Put a coroutine under the timeout of its vertex."""

    def is_own(self, suspended_on: Suspended) -> bool:
        """Return whether a coroutine waits for something of this loop."""

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        """Tell a cancellation from a failure: is there one in it, and what else is."""

    async def pause(self) -> None:
        """Let other tasks of the loop run."""

    def finished(self) -> None:
        """Learn that nothing of the run is left running."""


class Carriers:
    """One run inside an event loop."""

    def __init__(
        self, run: RunState, port: LoopPort, *, max_workers: int, max_tasks: int, grace_s: float
    ) -> None:
        self.run = run
        self.port = port
        self.kernel = run.kernel
        self.max_workers = max_workers
        self.max_tasks = max_tasks
        self.grace_s = grace_s
        self.todo: deque[int] = deque()
        """Async vertices that may start."""
        self.todo_threads: deque[int] = deque()
        """Other vertices that may start."""
        self.in_threads: set[int] = set()
        self.carriers = 0
        """How many carriers there are."""
        self.free = 0
        """How many of them do not wait inside a vertex: they will take the next one."""
        self.is_stopping = False
        self.crash: BaseException | None = None
        """A fault of this package inside a carrier, so that it is raised and not lost."""
        self._order: Iterator[int] | None = None
        self._timers: dict[int, Later] = {}
        self._unhook: Callable[[], None] = lambda: None

    def start(self, schedule: Schedule) -> bool:
        """Start the run; return whether there is anything to wait for."""
        run = self.run
        left = seconds_left(run)
        if left is not None:
            self._timers[-1] = self.port.call_later(left, self._on_deadline)
        if run.scope.parent is not None:
            on_loop = partial(self.port.call_soon_threadsafe, self._on_parent_stopped)
            self._unhook = run.scope.token.add_hook(on_loop)
        if schedule is Schedule.SERIAL:
            self._order = self.kernel.in_order()
            self._advance(())
        else:
            self._advance(self.kernel.start())
        return not self.is_over()

    def is_over(self) -> bool:
        """Return whether nothing of the run is left running."""
        return self.carriers == 0 and not self.in_threads

    def stop(self, reason: StopReason) -> None:
        """Start nothing more; cancel the async handlers that run, once; tell the others."""
        self.kernel.stop(reason)
        self._wind_down()

    def close(self) -> None:
        """Leave nothing behind in the loop; raise what went wrong in this package."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._unhook()
        if self.crash is not None:
            raise self.crash

    def carrier_gone(self, crash: BaseException | None) -> None:
        """Note that a carrier is over."""
        self.carriers -= 1
        if crash is not None:
            self.crash = crash
            self.stop(StopReason.INTERRUPT)
        if self.carriers == 0 and self.todo:
            # The last carrier was cancelled by somebody else before it could begin.
            self.stop(StopReason.HOST)
        if self.is_over():
            self.port.finished()

    async def carry(self) -> None:
        """Be a carrier: run async vertices one after the other, as long as there are any.

        This loop is the cost of an async vertex that does not suspend, so it is written
        out instead of being spread over methods.
        """
        run, todo, slots, vertices = self.run, self.todo, self.run.slots, self.run.vertices
        clock, new_context = run.clock, run.context.copy
        is_spent = self.port.spent_check()
        slice_end = clock() + SLICE_S
        try:
            while todo:
                v = todo.popleft()
                vertex = vertices[v]
                context = new_context()
                error: BaseException | None = None
                run.started[v] = clock()
                try:
                    coroutine = self._begin(vertex, context)
                    try:
                        waits_for: Suspended = context.run(coroutine.send, None)
                    except StopIteration as end:
                        result: object = end.value
                    else:
                        result = await self._rest(v, coroutine, context, waits_for)
                    if vertex.store is None:
                        slots[vertex.slot] = result
                    else:
                        vertex.store(slots, result)
                except BaseException as raised:  # noqa: BLE001 - judged in one place
                    error = raised
                run.ended[v] = now = clock()
                if error is None:
                    self._vertex_succeeded(v)
                else:
                    reraised = self._vertex_raised(v, error)
                    if reraised is not None:
                        raise reraised
                if is_spent is not None and is_spent():
                    return
                if now >= slice_end and todo:
                    await self.port.pause()
                    slice_end = clock() + SLICE_S
        finally:
            self.free -= 1
            if todo and not self.is_stopping:
                self._ensure_carrier()

    def _begin(self, vertex: PlannedVertex, context: Context) -> Coro:
        """Call an async handler; its coroutine is not begun yet."""
        slots = self.run.slots
        if vertex.keywords is None:
            made = context.run(vertex.handler, *vertex.positional(slots))
        else:
            arguments, named = arguments_of(vertex, slots)
            made = context.run(vertex.handler, *arguments, **named)
        coroutine = made if type(made) is CoroutineType else awaiting(made)
        return coroutine if vertex.timeout_s is None else self.port.timed(vertex, coroutine)

    async def _rest(
        self, v: int, coroutine: Coro, context: Context, waits_for: Suspended
    ) -> object:
        """Wait for a vertex that has suspended; this carrier is its own until it ends."""
        if not self.port.is_own(waits_for):
            waits_for = self._refuse_foreign(coroutine, self.run.vertices[v], waits_for)
        self.free -= 1
        self.port.suspended(v)
        if self.todo:
            self._ensure_carrier()
        try:
            return await Resumed(coroutine, context, waits_for)
        finally:
            self.port.resumed()
            self.free += 1

    def _refuse_foreign(
        self, coroutine: Coro, vertex: PlannedVertex, waits_for: Suspended
    ) -> Suspended:
        """End a handler that waits for another event loop; it would never be woken."""
        error = explain_foreign_loop(vertex, self.port.name)
        error.add_note(f"the handler waits for a {type(waits_for).__name__}")
        try:
            return coroutine.throw(error)
        except StopIteration:
            raise error from None

    def _ensure_carrier(self) -> None:
        if self.free == 0 and self.carriers < self.max_tasks:
            self.carriers += 1
            self.free += 1
            self.port.spawn(self.carry)

    def _advance(self, ready: Sequence[int]) -> None:
        """Start vertices that became ready, as far as there is room for them."""
        if self._order is not None:
            ready = [v for v in (next(self._order, None),) if v is not None]
        vertices = self.run.vertices
        for v in ready:
            (self.todo if vertices[v].is_async else self.todo_threads).append(v)
        if self.todo:
            self._ensure_carrier()
        while self.todo_threads and len(self.in_threads) < self.max_workers:
            self._start_thread(self.todo_threads.popleft())

    def _start_thread(self, v: int) -> None:
        self.in_threads.add(v)
        POOL.submit(partial(self._run_in_thread, v))

    def _run_in_thread(self, v: int) -> None:
        if self.run.vertices[v].timeout_s is None:
            error = invoke(self.run, v)
        else:
            error = invoke_with_timeout(self.run, v, partial(self._watch_thread, v))
        self.port.call_soon_threadsafe(partial(self._thread_ended, v, error))

    def _watch_thread(self, v: int, scope: RunScope) -> None:
        def start_timer() -> None:
            left = max(0.0, (scope.deadline or 0.0) - self.run.clock())
            cancel = partial(scope.token.cancel, "its timeout is over")
            if v in self.in_threads:
                self._timers[v] = self.port.call_later(left, cancel)

        self.port.call_soon_threadsafe(start_timer)

    def _thread_ended(self, v: int, error: BaseException | None) -> None:
        self.in_threads.discard(v)
        timer = self._timers.pop(v, None)
        if timer is not None:
            timer.cancel()
        if error is None:
            self._vertex_succeeded(v)
        else:
            self._vertex_raised(v, error)
        if self.is_over():
            self.port.finished()

    def _vertex_succeeded(self, v: int) -> None:
        new = self.kernel.succeeded(v)
        if (new or self._order is not None) and not self.is_stopping:
            self._advance(new)

    def _vertex_raised(self, v: int, error: BaseException) -> BaseException | None:
        """Record why a vertex did not give its result; return what its carrier must raise."""
        if has_passed(self.run):
            stop_at_deadline(self.run)
        is_cancelled, failure = self.port.split_cancellation(error)
        if is_cancelled:
            self.kernel.stop(StopReason.HOST)  # unless it is stopping already
        if failure is None:
            self.kernel.cancelled(v)
        else:
            failure = explain_failure(self.run.vertices[v], failure, self.port.name)
            new = record_outcome(self.run, v, failure)
            if self.kernel.stop_reason is None:
                self._advance(new)
        if self.kernel.stop_reason is not None:
            self._wind_down()
        return error if is_cancelled else None

    def _wind_down(self) -> None:
        self.todo.clear()
        self.todo_threads.clear()
        if self.is_stopping:
            return
        self.is_stopping = True
        tell_handlers(self.run)
        self.port.cancel_suspended()
        self._timers[-2] = self.port.call_later(self.grace_s, self._cancel_again)

    def _cancel_again(self) -> None:
        """Cancel handlers that ignored it, and say so."""
        still = self.port.cancel_suspended()
        report_stragglers(self.run, [*still, *sorted(self.in_threads)])
        self._timers[-2] = self.port.call_later(RECANCEL_S, self._cancel_again)

    def _on_deadline(self) -> None:
        stop_at_deadline(self.run)
        self._wind_down()

    def _on_parent_stopped(self) -> None:
        if not self.is_stopping:
            stop_with_parent(self.run)
            self._wind_down()
