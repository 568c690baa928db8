"""Run a plan in a world where one integer seed decides everything that can vary.

Nothing here overlaps: there is a virtual clock and a timetable, and between two things
that happen the world stands still. What threads, event loops and networks decide in a
real run is drawn from the seed instead: which ready vertex starts when a worker is
free, how long each vertex takes, when in that time a handler on a thread does what it
does, and the order of what happens at one moment. So a schedule that breaks something is
found by trying seeds, in well under a millisecond each, and repeated exactly by its seed.

What an outcome means is decided where the other drivers decide it, in the kernel and
in `outcome_recording`; async handlers are cancelled as on asyncio.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import RUN_TIMEOUT
from hbia_dsl.drivers.carriers import RECANCEL_S
from hbia_dsl.drivers.deadline import stop_at_deadline
from hbia_dsl.drivers.invoke import TIME_IS_UP, timeout_error
from hbia_dsl.drivers.outcome_recording import record_outcome, tell_handlers
from hbia_dsl.drivers.simulated_vertex import (
    Lasts,
    SimulatedTask,
    SimulatedThread,
    cancelled_error,
    is_cancellation,
)
from hbia_dsl.drivers.simulation_trace import Happening, TraceEvent
from hbia_dsl.drivers.stepping import Suspended
from hbia_dsl.drivers.timetable import Timetable
from hbia_dsl.drivers.undoing_here import undo_in_no_time
from hbia_dsl.drivers.virtual_clock import VirtualClock, VirtualSleep
from hbia_dsl.errors import RunTimeout
from hbia_dsl.kernel.conclusion import add_failures_as_notes, add_groups_as_notes
from hbia_dsl.kernel.kernel import CANCELLED, FAILED, SUCCEEDED, Schedule, StopReason
from hbia_dsl.kernel.run_state import RunState

DURATIONS_S: Final = (0.0, 0.25, 0.5, 1.0, 1.0, 2.0, 4.0, 8.0)
"""What is drawn from. Their sums are exact, so they often fall on one moment, where the seed
decides what comes first: every order can happen, on every machine the same."""

QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much of its time a vertex that is not async may spend before its handler is called."""

EVENT_LIMIT: Final = 200_000
"""After so many things have happened a run is taken for one that never ends."""

_ENDED: Final[Mapping[int, Happening]] = {
    SUCCEEDED: "succeeded",
    FAILED: "failed",
    CANCELLED: "cancelled",
}


class SimulatedDriver:
    """One run in its simulated world."""

    def __init__(
        self,
        run: RunState,
        clock: VirtualClock,
        seed: int,
        *,
        max_workers: int,
        max_tasks: int,
        grace_s: float,
        durations_s: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Prepare the world.

        Args:
            run: The run; its clock is `clock`.
            clock: The virtual clock.
            seed: Decides everything that can vary.
            max_workers: How many vertices that are not async may run at once.
            max_tasks: How many async vertices may run at once.
            grace_s: How long a cancelled handler is waited for before it is cancelled again.
            durations_s: How long vertices take, by name, in virtual seconds; for the
                others it is drawn. An async handler that sleeps longer takes longer, and
                one that sleeps at all is not made to take longer than that by what is drawn.
        """
        self.run = run
        self.kernel = run.kernel
        self.clock = clock
        self.max_workers = max_workers
        self.max_tasks = max_tasks
        self.grace_s = grace_s
        self.trace: list[TraceEvent] = []
        """What happened so far."""
        random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._random = random.random
        self._timetable = Timetable(clock, random)
        # Drawn here, so that how long a vertex takes does not depend on the schedule.
        drawn = [self._drawn(DURATIONS_S) for _ in run.vertices]
        self._lasts = [
            Lasts(durations_s.get(vertex.name, seconds), vertex.name in durations_s)
            for vertex, seconds in zip(run.vertices, drawn, strict=True)
        ]
        self._ready: list[int] = []
        self._ready_tasks: list[int] = []
        self._threads: dict[int, SimulatedThread] = {}
        self._tasks: dict[int, SimulatedTask] = {}
        self._order: Iterator[int] | None = None
        self._is_stopping = False
        self._host_cancelled: BaseException | None = None

    def cancel_host_at(self, moment_s: float) -> None:
        """Have whoever awaits the run cancelled at a moment, if the run still goes on then."""
        self._timetable.at(moment_s, self._cancel_host)

    def cancel_host_sometime(self) -> None:
        """Have whoever awaits the run cancelled at a drawn moment; it may lie after the end."""
        self.cancel_host_at(self._random() * (sum(lasts.seconds for lasts in self._lasts) or 1.0))

    def drive(self, schedule: Schedule) -> None:
        """Run all vertices. Nothing is left running then; the outcome is in the run's kernel.

        Raises:
            CancelledError: The host was cancelled.
            RunTimeout: The run does not come to an end.
        """
        run = self.run
        if run.scope.deadline is not None:
            self._timetable.at(run.scope.deadline, self._reach_deadline, is_first=True)
        if schedule is Schedule.SERIAL:
            self._order = self.kernel.in_order()
            self._advance(())
        else:
            self._advance(self.kernel.start())
        try:
            self._go_on_to_the_end()
        finally:
            for task in self._tasks.values():  # there are some only if the user interrupts this
                task.close()
        undo_in_no_time(run)
        if self._host_cancelled is not None:
            self.kernel.finish()
            run.scope.close()
            add_failures_as_notes(run, self._host_cancelled)
            add_groups_as_notes(run, self._host_cancelled)
            raise self._host_cancelled

    def _go_on_to_the_end(self) -> None:
        left = EVENT_LIMIT
        while self._threads or self._tasks:
            self._timetable.go_on()
            left -= 1
            if left == 0:
                raise self._endless()

    def _advance(self, ready: Sequence[int]) -> None:
        """Start vertices that became ready, as far as there is room for them, in any order."""
        if self._order is not None:
            ready = [v for v in (next(self._order, None),) if v is not None]
        vertices = self.run.vertices
        for v in ready:
            (self._ready_tasks if vertices[v].is_async else self._ready).append(v)
        while self._ready and len(self._threads) < self.max_workers:
            self._start_thread(self._taken(self._ready))
        while self._ready_tasks and len(self._tasks) < self.max_tasks:
            self._start_task(self._taken(self._ready_tasks))

    def _start_thread(self, v: int) -> None:
        self._start(v)
        self._threads[v] = SimulatedThread(self.run, v)
        after_s = self._drawn(QUARTERS) * self._lasts[v].seconds
        self._timetable.after(after_s, partial(self._call_in_thread, v))

    def _start_task(self, v: int) -> None:
        self._start(v)
        self._tasks[v] = SimulatedTask(self.run, v, self._lasts[v])
        self._timetable.soon(partial(self._begin_task, v))

    def _start(self, v: int) -> None:
        self._note("start", v)
        self.run.started[v] = self.clock.now
        timeout_s = self.run.vertices[v].timeout_s
        if timeout_s is not None:
            self._timetable.after(timeout_s, partial(self._time_out, v))

    def _call_in_thread(self, v: int) -> None:
        self._note("call", v)
        self._threads[v].call()
        ends_s = self.run.started[v] + self._lasts[v].seconds
        self._timetable.at(ends_s, partial(self._end_thread, v))

    def _end_thread(self, v: int) -> None:
        self.run.ended[v] = self.clock.now
        self._record(v, self._threads.pop(v).end())

    def _begin_task(self, v: int) -> None:
        self._note("call", v)
        self._step_task(v)

    def _step_task(self, v: int, throw: BaseException | None = None) -> None:
        """Let an async handler go on until it waits or ends."""
        task = self._tasks[v]
        task.wake = None
        waits_for = task.step(throw)
        if task.owes_cancellation and not task.has_ended:
            task.owes_cancellation = False
            waits_for = task.step(cancelled_error())
        if task.has_ended:
            self.run.ended[v] = self.clock.now
            del self._tasks[v]
            self._judge_task(v, task)
        else:
            delay_s = self._delay_s(waits_for)
            task.wake = self._timetable.after(delay_s, partial(self._step_task, v))

    def _judge_task(self, v: int, task: SimulatedTask) -> None:
        """Tell a timeout from a stop of the run: both are a cancellation for the handler."""
        error = task.error
        is_told = error is not None and is_cancellation(error)
        if is_told and task.is_timed_out and not task.is_cancelled:
            error = timeout_error(self.run.vertices[v])
        self._record(v, error)

    def _record(self, v: int, error: BaseException | None) -> None:
        ready = record_outcome(self.run, v, error)
        self._note(_ENDED.get(self.kernel.states[v], "retried"), v)
        if self.kernel.stop_reason is not None:
            self._wind_down()
        else:
            self._advance(ready)

    def _time_out(self, v: int) -> None:
        """Tell a vertex that its time is up, if it still runs."""
        thread = self._threads.get(v)
        if thread is not None and thread.scope is not None:
            self._note("timeout", v)
            thread.scope.token.cancel(TIME_IS_UP)
        elif v in self._tasks:
            self._note("timeout", v)
            self._tasks[v].is_timed_out = True
            self._throw_cancellation(v)

    def _reach_deadline(self) -> None:
        self._note("deadline")
        stop_at_deadline(self.run)
        self._wind_down()

    def _cancel_host(self) -> None:
        self._note("cancel")
        self._host_cancelled = cancelled_error()
        self.kernel.stop(StopReason.HOST)
        self._wind_down()

    def _wind_down(self) -> None:
        """Tell everything that runs to end; nothing is started any more."""
        if self._is_stopping:
            return
        self._is_stopping = True
        self._note("stop")
        tell_handlers(self.run)
        self._cancel_tasks(self.grace_s)

    def _cancel_tasks(self, patience_s: float) -> None:
        """Cancel the async handlers that run, and again those that ignore it."""
        for v in self._tasks:
            self._timetable.soon(partial(self._cancel_task, v))
        self._timetable.after(patience_s, partial(self._cancel_tasks, RECANCEL_S))

    def _cancel_task(self, v: int) -> None:
        if v in self._tasks:
            self._note("cancel", v)
            self._tasks[v].is_cancelled = True
            self._throw_cancellation(v)

    def _throw_cancellation(self, v: int) -> None:
        task = self._tasks[v]
        if task.wake is None:
            task.owes_cancellation = True
        else:
            task.wake.call_off()
            self._step_task(v, cancelled_error())

    def _delay_s(self, waits_for: Suspended) -> float:
        if isinstance(waits_for, VirtualSleep):
            return waits_for.seconds
        return self._drawn(DURATIONS_S)

    def _drawn(self, choices: Sequence[float]) -> float:
        return choices[int(self._random() * len(choices))]

    def _taken(self, ready: list[int]) -> int:
        chosen = int(self._random() * len(ready))
        ready[chosen], ready[-1] = ready[-1], ready[chosen]
        return ready.pop()

    def _note(self, what: Happening, v: int | None = None) -> None:
        name = None if v is None else self.run.vertices[v].name
        self.trace.append(TraceEvent(self.clock.now, what, name))

    def _endless(self) -> RunTimeout:
        names = sorted(self.run.vertices[v].name for v in (*self._threads, *self._tasks))
        return RunTimeout(
            Diagnostic(
                RUN_TIMEOUT,
                f"the simulated run of flow `{self.run.plan.flow}` does not end: after "
                f"{EVENT_LIMIT:,} events it still waits for {', '.join(names)}",
                help="does a handler wait for something again and again?",
            )
        )
