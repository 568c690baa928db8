"""Run a plan inside an event loop: carriers for async vertices, threads for the others.

The part that asyncio and trio share; what differs is behind `LoopPort`. Everything
here happens on the loop's thread, so there are no locks. Vertices that are not async
go to threads of the pool, because they must not hold up the caller's loop.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from functools import partial
from itertools import count
from typing import Final

from hbia_dsl.drivers.ctrl_c import CtrlC, LeaveNow
from hbia_dsl.drivers.deadline import has_passed, heed_scope, seconds_left, stop_at_deadline
from hbia_dsl.drivers.foreign_loop import explain_failure
from hbia_dsl.drivers.invoke import TIME_IS_UP, arguments_of, invoke, invoke_with_timeout
from hbia_dsl.drivers.loop_port import Coro, Later, LoopPort
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.drivers.stepping import Resumed, Suspended, awaitable
from hbia_dsl.drivers.stragglers import report_stragglers
from hbia_dsl.drivers.thread_pool import POOL, Report
from hbia_dsl.kernel.kernel import Schedule, StopReason
from hbia_dsl.kernel.run_scope import RunScope
from hbia_dsl.kernel.run_state import RunState

SLICE_S: Final = 0.005
"""How long a carrier may go on without letting other tasks of the loop run, in seconds."""

RECANCEL_S: Final = 1.0
"""After the grace period, how often a handler that ignores its cancellation is cancelled again."""

SPARED_S: Final = 0.05
"""How often it is seen to a handler that was inside a timeout of its own when the run was stopped,
in seconds: once it has recovered from that, it is cancelled."""

_DEADLINE: Final = -1
_RECANCEL: Final = -2
_SPARED: Final = -3


class Carriers:
    """One run inside an event loop."""

    def __init__(
        self,
        run: RunState,
        port: LoopPort,
        *,
        max_workers: int,
        max_tasks: int,
        grace_s: float,
        ctrl_c: CtrlC | None = None,
    ) -> None:
        self.run = run
        self.port = port
        self.kernel = run.kernel
        self.max_workers = max_workers
        self.max_tasks = max_tasks
        self.grace_s = grace_s
        self.ctrl_c = ctrl_c
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
        self.is_thrown_away = False
        """Whether the loop is gone with the run in it."""
        self.crash: BaseException | None = None
        """A fault of this package inside a carrier, so that it is raised and not lost."""
        self._is_all_async = run.plan.is_all_async
        self._order: Iterator[int] | None = None
        self._timers: dict[int, Later] = {}
        self._numbers = count()
        self._here: set[int] = set()
        """Carriers that are not known to have ended."""
        self._unbegun: set[int] = set()
        """Carriers that were spawned and have not taken their first step."""

    def start(self, schedule: Schedule) -> bool:
        """Start the run; return whether there is anything to wait for."""
        run = self.run
        heed_scope(run)
        if run.kernel.stop_reason is not None:
            return False
        left = seconds_left(run)
        if left is not None:
            self._timers[_DEADLINE] = self.port.call_later(left, self._look_around)
        if run.scope.parent is not None:
            run.scope.token.add_hook(partial(self._call_on_loop, self._look_around))
        if schedule is Schedule.SERIAL:
            self._order = self.kernel.in_order()
            self._advance(())
        else:
            self._advance(self.kernel.start())
        return not self.is_over()

    def is_over(self) -> bool:
        """Return whether nothing of the run is left running."""
        return self.carriers == 0 and not self.in_threads

    def may_leave(self) -> bool:
        """Return whether the host may leave: nothing is left, or the user insists on leaving."""
        return self.is_over() or (self.ctrl_c is not None and self.ctrl_c.presses > 1)

    def stop_for_host(self) -> None:
        """Start nothing more, because whoever waits for the run is cancelled.

        Cancels the async handlers that run, once, and tells the others.
        """
        self.kernel.stop(self._host_reason())
        self._wind_down()

    def close(self) -> None:
        """Leave nothing behind in the loop; raise what went wrong in this package."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if has_passed(self.run):
            stop_at_deadline(self.run)  # all has ended, but too late
        if self.crash is not None:
            raise self.crash

    async def carry(self, number: int) -> None:
        """Be a carrier: run async vertices one after the other, as long as there are any.

        This loop is the cost of an async vertex that does not suspend, so it is written
        out instead of being spread over methods.
        """
        run, todo, slots, vertices = self.run, self.todo, self.run.slots, self.run.vertices
        clock, new_context, started, ended = run.clock, run.context.copy, run.started, run.ended
        succeeded, is_serial = self.kernel.succeeded, self._order is not None
        is_simple = self._is_all_async and not is_serial
        is_spent, slice_end = self.port.spent_check(), (now := clock()) + SLICE_S
        self._unbegun.discard(number)
        try:
            while todo:
                v = todo.popleft()
                vertex, context, started[v] = vertices[v], new_context(), now
                make = vertex.coroutine_function
                try:
                    coroutine = make(*vertex.positional(slots)) if make else self._begin(v, context)
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
                except BaseException as error:  # noqa: BLE001 - judged in one place
                    ended[v] = now = clock()
                    self._vertex_raised(v, error)
                else:
                    ended[v] = now = clock()
                    new = succeeded(v)
                    if is_simple:  # this carrier is free to take them
                        todo += new
                    elif (new or is_serial) and not self.is_stopping:
                        self._advance(new)
                if is_spent is not None and is_spent():
                    return
                if now >= slice_end and todo:
                    slice_end = (now := await self._pause()) + SLICE_S
        finally:
            self._one_less_free()

    async def _pause(self) -> float:
        """Let other tasks of the loop run; return the time then."""
        await self.port.pause()
        return self.run.clock()

    def _begin(self, v: int, context: Context) -> Coro:
        """Call an async handler; its coroutine is not begun yet."""
        vertex, slots = self.run.vertices[v], self.run.slots
        if vertex.keywords is None:
            made = context.run(vertex.handler, *vertex.positional(slots))
        else:
            arguments, named = arguments_of(vertex, slots)
            made = context.run(vertex.handler, *arguments, **named)
        coroutine = awaitable(made)
        if vertex.timeout_s is None:
            return coroutine
        return self.port.timed(vertex, coroutine, self.run.clock)

    async def _rest(
        self, v: int, coroutine: Coro, context: Context, waits_for: Suspended
    ) -> object:
        """Wait for a vertex that has suspended; this carrier is its own until it ends."""
        self.free -= 1
        self.port.suspended(v)
        if self.todo:
            self._ensure_carrier()
        resumed = Resumed(coroutine, context, waits_for, self.port.is_foreign)
        try:
            return await resumed
        except GeneratorExit:
            self.is_thrown_away |= resumed.is_thrown_away
            raise
        finally:
            self.port.resumed()
            self.free += 1

    def _ensure_carrier(self) -> None:
        if self.free == 0 and self.carriers < self.max_tasks:
            number = next(self._numbers)
            self.carriers += 1
            self.free += 1
            self._unbegun.add(number)
            self._here.add(number)
            self.port.spawn(partial(self._be_there, number), partial(self._carrier_gone, number))

    async def _be_there(self, number: int) -> None:
        """Be a carrier, and say so when there is nothing left to do.

        The port says so too, but asyncio lets it know one turn of the loop later, which is
        a good part of what a small run costs.
        """
        await self.carry(number)
        self._carrier_gone(number, None)

    def _one_less_free(self) -> None:
        """Note that a free carrier takes no more vertices."""
        self.free -= 1
        if self.todo and not self.is_stopping and not self.is_thrown_away:
            self._ensure_carrier()

    def _carrier_gone(self, number: int, crash: BaseException | None) -> None:
        if number not in self._here:
            return  # it said so itself
        self._here.discard(number)
        self.carriers -= 1
        if crash is not None:
            self.crash = crash
            self.kernel.stop(StopReason.INTERRUPT)
            self._wind_down()
        if number in self._unbegun:
            # Somebody cancelled a task that is not theirs before it could begin. It had no vertex.
            self._unbegun.discard(number)
            self._one_less_free()
        if self.is_over():
            self.port.finished()

    def _advance(self, ready: Sequence[int]) -> None:
        """Start vertices that became ready, as far as there is room for them."""
        if self._order is not None:
            v = next(self._order, None)
            ready = () if v is None else (v,)
        if self._is_all_async:
            self.todo.extend(ready)
        else:
            vertices = self.run.vertices
            for v in ready:
                (self.todo if vertices[v].is_async else self.todo_threads).append(v)
        if self.todo and self.free == 0:
            self._ensure_carrier()
        if self.todo_threads:
            self._fill_threads()

    def _fill_threads(self) -> None:
        while self.todo_threads and len(self.in_threads) < self.max_workers:
            v = self.todo_threads.popleft()
            self.in_threads.add(v)
            try:
                POOL.submit(partial(self._run_in_thread, v))
            except RuntimeError as error:  # the system gives no more threads
                self.in_threads.discard(v)
                if not self.in_threads:
                    self._vertex_raised(v, error)
                    return
                self.todo_threads.appendleft(v)  # the next thread that ends makes room
                return

    def _run_in_thread(self, v: int) -> Report:
        if self.run.vertices[v].timeout_s is None:
            error = invoke(self.run, v)
        else:
            error = invoke_with_timeout(self.run, v, partial(self._watch_thread, v))
        return partial(self._call_on_loop, partial(self._thread_ended, v, error))

    def _call_on_loop(self, call: Callable[[], None]) -> None:
        """Have something called on the loop's thread, unless the user insisted on leaving it."""
        try:
            self.port.call_soon_threadsafe(call)
        except RuntimeError:
            return  # the loop is closed: a second Ctrl-C

    def _watch_thread(self, v: int, scope: RunScope) -> None:
        def start_timer() -> None:
            left = max(0.0, (scope.deadline or 0.0) - self.run.clock())
            cancel = partial(scope.token.cancel, TIME_IS_UP)
            if v in self.in_threads:
                self._timers[v] = self.port.call_later(left, cancel)

        self._call_on_loop(start_timer)

    def _thread_ended(self, v: int, error: BaseException | None) -> None:
        self.in_threads.discard(v)
        timer = self._timers.pop(v, None)
        if timer is not None:
            timer.cancel()
        if error is None:
            self._vertex_succeeded(v)
        else:
            self._vertex_failed(v, error)
        self._fill_threads()
        if self.is_over():
            self.port.finished()

    def _vertex_succeeded(self, v: int) -> None:
        new = self.kernel.succeeded(v)
        if (new or self._order is not None) and not self.is_stopping:
            self._advance(new)

    def _vertex_raised(self, v: int, error: BaseException) -> None:
        """Record why an async vertex did not give its result."""
        if isinstance(error, LeaveNow) or self.is_thrown_away:
            raise error  # out of the loop, or because the loop is gone
        is_cancelled, failure = self.port.split_cancellation(error)
        if is_cancelled:
            self.kernel.stop(self._host_reason())  # unless it is stopping already
        if failure is not None:
            self._vertex_failed(v, explain_failure(self.run.vertices[v], failure, self.port.name))
            return
        self.kernel.cancelled(v)
        self._wind_down()

    def _vertex_failed(self, v: int, failure: BaseException) -> None:
        new = record_outcome(self.run, v, failure)
        if self.kernel.stop_reason is not None:
            self._wind_down()
        else:
            self._advance(new)

    def _host_reason(self) -> StopReason:
        is_interrupted = self.ctrl_c is not None and self.ctrl_c.presses
        return StopReason.INTERRUPT if is_interrupted else StopReason.HOST

    def _wind_down(self) -> None:
        self.todo.clear()
        self.todo_threads.clear()
        if self.is_stopping:
            return
        self.is_stopping = True
        tell_handlers(self.run)
        self._cancel_once()
        if not self.is_over():
            self._timers[_RECANCEL] = self.port.call_later(self.grace_s, self._cancel_again)

    def _cancel_once(self) -> None:
        """Cancel every handler that waits, unless it is cleaning up already."""
        if self.port.cancel_suspended(again=False) and not self.is_over():
            self._timers[_SPARED] = self.port.call_later(SPARED_S, self._cancel_once)

    def _cancel_again(self) -> None:
        """Cancel handlers that ignored it, and say so."""
        if self.is_over():
            return
        self.port.cancel_suspended(again=True)
        report_stragglers(self.run, [*self.port.waiting_inside(), *sorted(self.in_threads)])
        self._timers[_RECANCEL] = self.port.call_later(RECANCEL_S, self._cancel_again)

    def _look_around(self) -> None:
        """See whether the deadline has passed or the run around this one is being stopped."""
        if self.is_over():
            return
        heed_scope(self.run)
        if self.kernel.stop_reason is not None:
            self._wind_down()
        else:
            left = seconds_left(self.run)
            if left is not None:  # timers may be early by the grain of their clock
                self._timers[_DEADLINE] = self.port.call_later(left, self._look_around)
