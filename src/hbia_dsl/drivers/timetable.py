"""What will happen when, on a virtual clock; a seed settles what happens at one moment."""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

from hbia_dsl.drivers.virtual_clock import VirtualClock

Happens = Callable[[], object]


class Timer:
    """Something that will happen, unless it is called off."""

    __slots__ = ("happens",)

    def __init__(self, happens: Happens) -> None:
        self.happens: Happens | None = happens

    def call_off(self) -> None:
        """Let it not happen."""
        self.happens = None


class Timetable:
    """Things to come, and the clock that they move."""

    __slots__ = ("_clock", "_count", "_due", "_random")

    def __init__(self, clock: VirtualClock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._due: list[tuple[float, float, int, Timer]] = []
        self._count = 0

    def at(self, moment_s: float, happens: Happens, *, is_first: bool = False) -> Timer:
        """Have something happen at a moment, before all else of that moment or in seeded order."""
        timer = Timer(happens)
        self._count += 1
        rank = -1.0 if is_first else self._random.random()
        heappush(self._due, (moment_s, rank, self._count, timer))
        return timer

    def soon(self, happens: Happens) -> Timer:
        """Have something happen now, in seeded order with all else that happens now."""
        return self.at(self._clock.now, happens)

    def after(self, delay_s: float, happens: Happens) -> Timer:
        """Have something happen after a while."""
        return self.at(self._clock.now + delay_s, happens)

    def go_on(self) -> None:
        """Move the clock to what comes next, and have it happen."""
        moment_s, _, _, timer = heappop(self._due)
        if timer.happens is not None:
            self._clock.now = moment_s
            timer.happens()
