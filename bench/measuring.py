"""How a figure is taken: candidates in turn, medians, and ratios inside each round.

A machine is never quiet. So candidates are measured in turn, round by round, in a changing
order, with the baseline just before and after each sample, and a ratio is the median of the
ratios of each round: whatever slows one of them down slows the other one as well.
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


THOROUGH = Effort(rounds=11, sample_s=0.01)
QUICK = Effort(rounds=5, sample_s=0.003, is_quick=True)


@attrs.frozen
class Series:
    """The samples of several candidates, taken in turn."""

    samples: Mapping[str, list[float]]
    beside: Mapping[str, Mapping[str, list[float]]]
    """By baseline and candidate: what the baseline took just before and after each sample."""

    def seconds(self, name: str) -> float:
        """Return the median of a candidate, or of a baseline."""
        if name in self.beside:
            return median(t for taken in self.beside[name].values() for t in taken)
        return median(self.samples[name])

    def ratio(self, name: str, baseline: str) -> float:
        """Return how much longer a candidate takes than a baseline: the median over the rounds."""
        beside = self.beside.get(baseline)
        others = self.samples[baseline] if beside is None else beside[name]
        return median(own / other for own, other in zip(self.samples[name], others, strict=True))

    def over(self, name: str, baseline: str) -> float:
        """Return by how many seconds a candidate takes longer than another one: the median."""
        pairs = zip(self.samples[name], self.samples[baseline], strict=True)
        return median(own - other for own, other in pairs)


def alternate(
    candidates: Mapping[str, Sample], rounds: int, beside: Mapping[str, Sample] | None = None
) -> Series:
    """Take samples of all candidates in turn.

    Args:
        candidates: What is measured.
        rounds: How many samples of each.
        beside: Quick baselines, sampled before and after every single sample: on a busy
            machine only what ran at the same moment can be compared.
    """
    names, baselines = list(candidates), beside or {}
    samples: dict[str, list[float]] = {name: [] for name in names}
    taken: dict[str, dict[str, list[float]]] = {b: {n: [] for n in names} for b in baselines}
    for number in range(rounds):
        first = number * 3 % len(names)  # so that nobody always follows the same one
        before = {name: sample() for name, sample in baselines.items()}
        for name in names[first:] + names[:first]:
            settle()
            samples[name].append(candidates[name]())
            after = {name: sample() for name, sample in baselines.items()}
            for baseline, seconds in after.items():
                taken[baseline][name].append((before[baseline] + seconds) / 2)
            before = after
    return Series(samples, taken)


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
