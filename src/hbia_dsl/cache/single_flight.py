"""One computation a key inside a process, whoever asks: threads, asyncio and trio tasks.

Who comes first leads: he computes. Who comes meanwhile follows: he waits for what the leader
shares. A failure is not shared: if the leader fails or is cancelled, the next one leads.

Nobody waits for himself. A computation may need other keys, or its own again; each wait is
noted with the computations that it holds up, and who would close a circle computes alone.
What a computation holds up is told by its context (`contextvars`), which tasks and the threads
of a run inherit. A thread that user code starts on its own does not, so a circle through one is
not seen.
"""

import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from threading import Lock
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

import attrs

from hbia_dsl.cache.single_flight_waking import ThreadWaker, Waker, waker_of_this_task

T = TypeVar("T")

HookAdder = Callable[[Callable[[], object]], Callable[[], None]]
"""Has a hook called when the wait is to end early; returns what takes the hook off again."""


@attrs.frozen
class Shared(Generic[T]):
    """What the leader has shared."""

    value: T


@attrs.define(eq=False)
class _Computation:
    """What somebody computes, and what that waits for."""

    waits_for: list["_Computation"] = attrs.field(factory=list)
    """Computations that somebody inside this one waits for; one entry a wait."""
    is_over: bool = False


@attrs.define(eq=False)
class _Waiter(Generic[T]):
    """Somebody who waits for a flight to land."""

    held: tuple[_Computation, ...]
    """What cannot end before this wait does."""
    outcome: "Shared[T] | Lead[T] | None" = None
    waker: Waker | None = None


@attrs.define(eq=False)
class _Flight(_Computation, Generic[T]):
    """The one computation of a key, and those who wait for it."""

    key: bytes = b""
    waiters: deque[_Waiter[T]] = attrs.field(factory=deque)


_HELD: Final[ContextVar[tuple[_Computation, ...]]] = ContextVar("hbia_dsl_flights", default=())
"""The computations inside which this code runs, the outermost first."""


class Lead(Generic[T]):
    """The right and the duty to compute; use it in `with` around the computation.

    Leaving the block ends it: by an exception so that the next one in line leads, else, if
    nothing was shared, so that all compute on their own.
    """

    def __init__(self, flights: "SingleFlight[T]", flight: _Flight[T] | None) -> None:
        self._flights = flights
        self._owned = [] if flight is None else [flight]  # `pop` settles who ends it
        self._token: Token[tuple[_Computation, ...]] | None = None
        self.is_alone: Final = flight is None
        """Whether nobody waits for this one: it runs beside another, for which to wait is wrong."""

    def share(self, value: T) -> None:
        """End with a value for all who wait. Everyone gets the same object."""
        self._end(lambda: Shared(value))

    def release(self) -> None:
        """End with nothing to share: all who wait compute, at the same time."""
        self._end(lambda: Lead(self._flights, None))

    def fail(self) -> None:
        """End without a value: the next one who waits leads."""
        flight = self.take()
        if flight is not None:
            self._flights.hand_over(flight)

    def take(self) -> _Flight[T] | None:
        """Take the duty away from this lead; None if it has none any more."""
        try:
            return self._owned.pop()
        except IndexError:
            return None

    def __enter__(self) -> Self:
        self._token = _HELD.set((*_HELD.get(), *self._owned))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._token is not None:
            with suppress(ValueError):  # left in another context than entered
                _HELD.reset(self._token)
            self._token = None
        if kind is None:
            self.release()
        else:
            self.fail()

    def __del__(self) -> None:
        # An interrupt may strike before the `with`. Here locks must not be waited for: the
        # garbage collector may come in the middle of anything.
        flight = self.take()
        if flight is not None:
            self._flights.hand_over_later(flight)

    def _end(self, outcome: Callable[[], "Shared[T] | Lead[T]"]) -> None:
        flight = self.take()
        if flight is not None:
            self._flights.land(flight, outcome)


class Follower(Generic[T]):
    """A place in the line behind a leader. Wait once."""

    def __init__(self, flights: "SingleFlight[T]", flight: _Flight[T], waiter: _Waiter[T]) -> None:
        self._flights = flights
        self._flight = flight
        self._waiter = waiter

    def wait(
        self, add_hook: HookAdder | None = None, timeout_s: float | None = None
    ) -> Shared[T] | Lead[T] | None:
        """Block this thread until the leader has ended.

        Args:
            add_hook: Where to leave a hook that ends the wait early, such as `add_hook` of a
                cancel token.
            timeout_s: How long to wait at the most.

        Returns:
            What was shared; or the lead, if it is this one's turn to compute; None if the
            hook was called or the time was up.
        """
        waker = ThreadWaker()
        try:
            if self._flights.begin_wait(self._waiter, waker):
                remove_hook = None if add_hook is None else add_hook(waker.wake)
                try:
                    waker.block(timeout_s)
                finally:
                    if remove_hook is not None:
                        remove_hook()
        except BaseException:
            self._leave()
            raise
        outcome = self._waiter.outcome
        if outcome is None:
            self._leave()
        return outcome

    async def wait_async(self) -> Shared[T] | Lead[T]:
        """Await the end of the leader, in an asyncio or a trio task; it can be cancelled.

        Returns:
            What was shared; or the lead, if it is this one's turn to compute.

        Raises:
            RuntimeError: No event loop is running.
        """
        try:
            waker = waker_of_this_task()
            is_waiting = self._flights.begin_wait(self._waiter, waker)
            if not is_waiting:
                waker.wake()
            await waker.until_woken
        except BaseException:
            self._leave()
            raise
        outcome = self._waiter.outcome
        assert outcome is not None  # noqa: S101 - only an outcome wakes it
        return outcome

    def _leave(self) -> None:
        """Leave the line; if it was this one's turn just now, pass it on."""
        outcome = self._flights.withdraw(self._flight, self._waiter)
        if isinstance(outcome, Lead):
            outcome.fail()


class SingleFlight(Generic[T]):
    """Computations under way, by key."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = Lock()
        self._flights: dict[bytes, _Flight[T]] = {}
        self._dropped: deque[_Flight[T]] = deque()

    def join(self, key: bytes) -> Lead[T] | Follower[T]:
        """Ask for a key: compute it with the `Lead`, or wait with the `Follower`."""
        if self._pid != os.getpid():  # the threads that compute are not in this child
            self._pid, self._lock, self._flights = os.getpid(), Lock(), {}
        with self._lock:
            answer = self._join(key)
        self._settle_dropped()
        return answer

    def _join(self, key: bytes) -> Lead[T] | Follower[T]:
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(key=key)
            return Lead(self, flight)
        held = tuple(mine for mine in _HELD.get() if not mine.is_over)
        if _leads_to(flight, held):
            return Lead(self, None)
        waiter: _Waiter[T] = _Waiter(held)
        flight.waiters.append(waiter)
        for mine in held:
            mine.waits_for.append(flight)
        return Follower(self, flight, waiter)

    def begin_wait(self, waiter: _Waiter[T], waker: Waker) -> bool:
        """Note how to wake a waiter; return False if there is nothing to wait for any more."""
        with self._lock:
            if waiter.outcome is not None:
                return False
            waiter.waker = waker
            return True

    def withdraw(self, flight: _Flight[T], waiter: _Waiter[T]) -> Shared[T] | Lead[T] | None:
        """Take a waiter out of the line; return what it was given already, if anything."""
        with self._lock:
            if waiter in flight.waiters:  # else it was given an outcome, or passed over
                flight.waiters.remove(waiter)
                _let_go(flight, waiter)
            outcome, waiter.outcome = waiter.outcome, None
        self._settle_dropped()
        return outcome

    def land(self, flight: _Flight[T], outcome: Callable[[], Shared[T] | Lead[T]]) -> None:
        """End a flight and give everyone who waits an outcome."""
        with self._lock:
            self._remove(flight)
            waiters = list(flight.waiters)
            flight.waiters.clear()
            for waiter in waiters:
                waiter.outcome = outcome()
                _let_go(flight, waiter)
        for waiter in waiters:
            if waiter.waker is not None:
                waiter.waker.wake()
        self._settle_dropped()

    def hand_over(self, flight: _Flight[T]) -> None:
        """Let the next one who waits lead, or end the flight if there is none."""
        while True:
            with self._lock:
                if not flight.waiters:
                    self._remove(flight)
                    break
                waiter = flight.waiters.popleft()
                lead = waiter.outcome = Lead(self, flight)
                _let_go(flight, waiter)
            if waiter.waker is None or waiter.waker.wake():
                break
            # Nobody is there to lead: his loop is closed, or he has just been told to stop.
            if lead.take() is None:
                break  # he has passed it on himself
            waiter.outcome = None
        self._settle_dropped()

    def hand_over_later(self, flight: _Flight[T]) -> None:
        """Do what `hand_over` does, now if nobody is at work here, else when he has done."""
        self._dropped.append(flight)
        if self._lock.acquire(blocking=False):
            self._lock.release()
            self._settle_dropped()

    def _settle_dropped(self) -> None:
        # After each release of the lock: what was dropped while it was held is seen here.
        while self._dropped:
            with suppress(IndexError):
                self.hand_over(self._dropped.popleft())

    def _remove(self, flight: _Flight[T]) -> None:
        flight.is_over = True
        if self._flights.get(flight.key) is flight:  # else it is one of the parent's
            del self._flights[flight.key]


def _leads_to(flight: _Computation, held: tuple[_Computation, ...]) -> bool:
    """Return whether a flight waits, through any number of others, for one of those held."""
    seen: set[int] = set()
    todo = [flight]
    while todo:
        current = todo.pop()
        if current in held:
            return True
        if id(current) not in seen:
            seen.add(id(current))
            todo += current.waits_for
    return False


def _let_go(flight: _Computation, waiter: _Waiter[T]) -> None:
    for mine in waiter.held:
        mine.waits_for.remove(flight)
