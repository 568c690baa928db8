"""Flows of n steps in one group that compensates, and what was undone of them.

Each step takes the number that the step before it gave, and gives the next one. What takes
back a step is told by name what to do: succeed, fail, hang or crash.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import attrs

from group_runs import sleep_for_ever, wait_to_be_stopped
from hbia_dsl import Flow, atomic, vertex

GROUP: Final = "trip"


class BrokenStepError(Exception):
    """A step fails."""


class BrokenUndoError(Exception):
    """A step cannot be taken back."""


class CrashError(BaseException):
    """Not even an exception that is an error."""


@attrs.frozen
class Undone:
    """One call of what takes back a step."""

    step: str
    inputs: Mapping[str, object]
    output: object


@attrs.define
class Trip:
    """What the steps do, and what happened."""

    count: int
    fails_at: int
    """Which step fails, from 1; 0 for none."""
    undo: Mapping[str, Callable[[], object]] = attrs.field(factory=dict)
    """By step: what its compensation does. If it is async, an awaitable is awaited."""
    done: list[str] = attrs.field(factory=list)
    undone: list[Undone] = attrs.field(factory=list)
    overlaps: int = 0
    """How often two compensations ran at once that were not told to hang."""
    is_over: threading.Event = attrs.field(factory=threading.Event)
    """Lets go what hangs and does not give way."""
    is_stopped: threading.Event = attrs.field(factory=threading.Event)
    """Set when a step that waits has been told to end."""
    _inside: int = 0

    @property
    def undone_steps(self) -> list[str]:
        """The steps whose compensations were called, in that order."""
        return [call.step for call in self.undone]

    @contextmanager
    def letting_go(self) -> Iterator[None]:
        """Let go what hangs at the end of the block."""
        try:
            yield
        finally:
            self.is_over.set()

    def begin_undo(self, step: str, inputs: Mapping[str, object], output: object) -> None:
        """Note a call."""
        self.undone.append(Undone(step, dict(inputs), output))
        self._inside += 1
        self.overlaps += self._inside > 1

    def end_undo(self) -> None:
        """Note the end of it."""
        self._inside -= 1

    def hang(self) -> None:
        """Wait on a thread whatever one is told."""
        self.end_undo()  # it is left behind, and does not count
        try:
            self.is_over.wait()
        finally:
            self._inside += 1

    def hang_politely(self) -> None:
        """Wait on a thread until one is told to end."""
        wait_to_be_stopped()

    async def hang_awaiting(self) -> None:
        """Wait as the running loop does, until one is cancelled."""
        await sleep_for_ever()


def fail() -> None:
    """Fail to take back a step."""
    raise BrokenUndoError("cannot be taken back")


def crash() -> None:
    """End in a way that is no error."""
    raise CrashError("crash")


def step_name(number: int) -> str:
    """Name of a step."""
    return f"s{number}"


def trip_flow(
    trip: Trip, *, is_async: bool = False, undoes_async: bool = False
) -> Flow[..., object]:
    """Make the flow; every second step of an async one is async."""
    steps = [
        _step(trip, k, is_async=is_async and k % 2 == 0, undo=_undo(trip, k, is_async=undoes_async))
        for k in range(1, trip.count + 1)
    ]
    return Flow.of("trips", *steps)


def _undo(trip: Trip, number: int, *, is_async: bool) -> Callable[..., object]:
    name = step_name(number)

    def undo(inputs: Mapping[str, object], output: object) -> None:
        trip.begin_undo(name, inputs, output)
        try:
            trip.undo.get(name, lambda: None)()
        finally:
            trip.end_undo()

    async def undo_async(inputs: Mapping[str, object], output: object) -> None:
        trip.begin_undo(name, inputs, output)
        try:
            answer = trip.undo.get(name, lambda: None)()
            if answer is not None:
                await answer  # type: ignore[misc]  # what an async one is told to do is awaitable
        finally:
            trip.end_undo()

    return undo_async if is_async else undo


def _step(
    trip: Trip, number: int, *, is_async: bool, undo: Callable[..., object]
) -> Callable[..., object]:
    def body(taken: int) -> int:
        if number == trip.fails_at:
            raise BrokenStepError(step_name(number))
        trip.done.append(step_name(number))
        return taken + 10

    def sync(taken: int) -> int:
        return body(taken)

    async def awaited(taken: int) -> int:
        return body(taken)

    bound = {} if number == 1 else {"taken": step_name(number - 1)}
    declared = vertex(name=step_name(number), inputs=bound, effect="side_effect")
    told = atomic(group=GROUP, on_failure="compensate", compensate=undo)
    return told(declared(awaited if is_async else sync))
