"""How a figure is taken: candidates in turn, medians, and ratios inside each round.

A machine is never quiet. So the candidate and what it is compared with are measured in
turn, round by round, in a changing order, and a ratio is the median of the ratios of each
round: whatever slows a round down slows both of them.
"""

import gc
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from time import perf_counter

import attrs

Sample = Callable[[], float]
"""Takes one sample; returns seconds for one run."""


@attrs.frozen
class Effort:
    """How long the bench may take."""

    rounds: int
    sample_s: float
    """How long one sample takes at the least, in seconds."""
    is_quick: bool = False
    """Whether to leave the largest graphs out."""


THOROUGH = Effort(rounds=7, sample_s=0.02)
QUICK = Effort(rounds=5, sample_s=0.004, is_quick=True)


@attrs.frozen
class Series:
    """The samples of several candidates, taken in turn."""

    samples: Mapping[str, list[float]]

    def seconds(self, name: str) -> float:
        """Return the median of a candidate."""
        return median(self.samples[name])

    def ratio(self, name: str, baseline: str) -> float:
        """Return how much longer a candidate takes than a baseline: the median over the rounds."""
        pairs = zip(self.samples[name], self.samples[baseline], strict=True)
        return median(own / other for own, other in pairs)


def alternate(candidates: Mapping[str, Sample], rounds: int) -> Series:
    """Take samples of all candidates in turn."""
    names = list(candidates)
    samples: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number * 3 % len(names)  # so that nobody always follows the same one
        for name in names[first:] + names[:first]:
            settle()
            samples[name].append(candidates[name]())
    return Series(samples)


def settle() -> None:
    """Collect garbage, and keep what the bench itself holds out of collections to come."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def repeated(call: Callable[[], object], sample_s: float) -> Sample:
    """Make a sample of as many calls as take long enough to be measured."""
    count = _count_for(_time_of(call, 1), sample_s)
    count = _count_for(_time_of(call, count) / count, sample_s)
    return lambda: _time_of(call, count) / count


def repeated_on_asyncio(call: Callable[[], Awaitable[object]], sample_s: float) -> Sample:
    """Make a sample of calls that are awaited one after the other inside one asyncio loop."""
    from asyncio import run  # importing the bench must not decide what is loaded

    count = _count_for(run(_time_awaiting(call, 5)) / 5, sample_s)
    return lambda: run(_time_awaiting(call, count)) / count


def repeated_on_trio(call: Callable[[], Awaitable[object]], sample_s: float) -> Sample:
    """Make a sample of calls that are awaited one after the other inside one trio loop."""
    from trio import run  # as above

    count = _count_for(run(_time_awaiting, call, 5) / 5, sample_s)
    return lambda: run(_time_awaiting, call, count) / count


def once(call: Callable[[], object]) -> float:
    """Return how long one call takes, in seconds."""
    return _time_of(call, 1)


def _count_for(seconds: float, sample_s: float) -> int:
    return max(1, round(sample_s / max(seconds, 1e-9)))


def _time_of(call: Callable[[], object], count: int) -> float:
    begun = perf_counter()
    for _ in range(count):
        call()
    return perf_counter() - begun


async def _time_awaiting(call: Callable[[], Awaitable[object]], count: int) -> float:
    await call()  # the first one after a loop was made pays for what the loop sets up
    begun = perf_counter()
    for _ in range(count):
        await call()
    return perf_counter() - begun
