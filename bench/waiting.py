"""Work that waits: 64 sleeps at once, and two chains whose slow and fast vertices alternate.

What they are compared with is written out too: one sleep, and one chain called directly.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final

from figures import Figure, table
from hbia_dsl import All, Flow, vertex
from measuring import Effort, Sample, Series, alternate, once, repeated_on_asyncio, repeated_on_trio

SECTION: Final = "waiting"

SLEEPS: Final = 64
SLEEP_S: Final = 0.010
PAIRS: Final = 5
SHORT_S: Final = 0.001
LONG_S: Final = 0.020
THREADS_IDLE_S: Final = 0.6
"""After this time the threads of an earlier run have ended."""

CHAIN_S: Final = PAIRS * (SHORT_S + LONG_S)

GOALS: Final = {"threads": 1.25, "asyncio": 1.2, "trio": 1.35}
"""64 sleeps: how often the ideal time."""

EAGER_GOAL: Final = 1.05
"""Imbalanced chains, eager: how often the ideal time."""

CHAINS: Final = "two chains"

AnyFlow = Flow[..., object]
Function = Callable[..., object]


def measure(effort: Effort) -> list[Figure]:
    """Measure both and print them."""
    threads = _parallel(_sleeping(time.sleep), SLEEPS, "stages")
    sleeps = alternate(
        {
            "one sleep": lambda: once(lambda: time.sleep(SLEEP_S)),
            "64 plain threads": lambda: once(_plain_threads),
            "threads, none yet": _cold(threads),
            **_modes(_sleeping, max_workers=SLEEPS),
        },
        effort.rounds,
    )
    figures = [
        _figure("64 sleeps", name, sleeps, GOALS.get(name))
        for name in sleeps.samples
        if name != "one sleep"
    ]
    chains = alternate(
        {
            "one chain": lambda: once(_one_chain),
            **_modes(_two_chains),
            **_modes(_two_chains, schedule="eager"),
        },
        effort.rounds,
    )
    for name in chains.samples:
        if name != "one chain":
            goal = EAGER_GOAL if name.endswith("eager") else None
            figures.append(_figure(CHAINS, name, chains, goal))
    ideals = f"{SLEEP_S * 1e3:.0f} for the sleeps, {CHAIN_S * 1e3:.0f} for the chains"
    print(f"milliseconds; ideal is {ideals}")
    headings = ("", "", "ms", "x ideal", "x plain Python", "goal", "")
    print(
        table(
            headings,
            [
                (f.subject, f.name, f.value, f.compared, f.ratios["plain"], f.goal, f.verdict)
                for f in figures
            ],
        )
    )
    return figures


def _figure(subject: str, name: str, series: Series, goal: float | None) -> Figure:
    ideal_s, plain = (CHAIN_S, "one chain") if subject == CHAINS else (SLEEP_S, "one sleep")
    seconds = series.seconds(name)
    ratio = series.ratio(name, plain)
    return Figure(
        SECTION, name, subject, seconds * 1e3, "ms", {"plain": ratio}, seconds / ideal_s, goal
    )


def _modes(
    make: Callable[[Function], AnyFlow], *, max_workers: int = 4, schedule: str = "stages"
) -> dict[str, Sample]:
    """Make samples of one flow on threads, asyncio and trio."""
    suffix = ", eager" if schedule == "eager" else ""
    threads = _parallel(make(time.sleep), max_workers, schedule)
    aio = _parallel(make(asyncio.sleep), max_workers, schedule)
    return {
        f"threads{suffix}": _warm(threads),
        f"asyncio{suffix}": _one(aio.run_async, repeated_on_asyncio),
        f"trio{suffix}": _on_trio(make, max_workers, schedule),
    }


def _warm(flow: AnyFlow) -> Sample:
    """Make a sample of a run that finds the threads of the one before."""

    def take() -> float:
        flow.run()
        return once(flow.run)

    return take


def _cold(flow: AnyFlow) -> Sample:
    """Make a sample of a run that must start its threads."""

    def take() -> float:
        time.sleep(THREADS_IDLE_S)
        return once(flow.run)

    return take


def _on_trio(make: Callable[[Function], AnyFlow], max_workers: int, schedule: str) -> Sample:
    import trio  # only this section needs it

    return _one(_parallel(make(trio.sleep), max_workers, schedule).run_async, repeated_on_trio)


def _one(
    call: Callable[[], Awaitable[object]],
    sampled: Callable[[Callable[[], Awaitable[object]], float], Sample],
) -> Sample:
    return sampled(call, 0.0)


def _parallel(flow: AnyFlow, max_workers: int, schedule: str) -> AnyFlow:
    flow = flow.options(parallel=True, max_workers=max_workers)
    return flow.options(schedule="eager") if schedule == "eager" else flow


def _sleeping(sleep: Function) -> AnyFlow:
    """Make a flow of independent sleeps."""
    vertices = [_waiting(f"sleep_{k}", sleep, SLEEP_S, None) for k in range(SLEEPS)]
    return Flow.of("sleeps", *vertices)


def _two_chains(sleep: Function) -> AnyFlow:
    """Make a flow of two chains; where one is slow, the other is fast."""
    vertices: list[Function] = []
    for chain, waits in enumerate(((SHORT_S, LONG_S), (LONG_S, SHORT_S))):
        before: Function | None = None
        for k in range(2 * PAIRS):
            before = _waiting(f"chain_{chain}_{k}", sleep, waits[k % 2], before)
            vertices.append(before)
    return Flow.of("chains", *vertices)


def _waiting(name: str, sleep: Function, seconds: float, before: Function | None) -> Function:
    bound = {"before": [] if before is None else [before]}
    if sleep is time.sleep:

        @vertex(name=name, inputs=bound)
        def wait(before: All[int]) -> int:
            sleep(seconds)
            return len(before)

        return wait

    @vertex(name=name, inputs=bound)
    async def wait_on_loop(before: All[int]) -> int:
        waiting = sleep(seconds)
        assert isinstance(waiting, Awaitable)  # noqa: S101 - both loops' sleeps are
        await waiting
        return len(before)

    return wait_on_loop


def _plain_threads() -> None:
    threads = [threading.Thread(target=time.sleep, args=(SLEEP_S,)) for _ in range(SLEEPS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one_chain() -> None:
    for _ in range(PAIRS):
        time.sleep(SHORT_S)
        time.sleep(LONG_S)
