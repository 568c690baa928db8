"""What one run costs whatever the flow: a flow of one no-op vertex, in every mode.

The whole run is held against the goal, its one vertex included.
"""

from typing import Final

import attrs

from figures import REFERENCE_B_US, Figure, table
from graphs import Workload, diamond
from hbia_dsl import Flow, vertex
from measuring import Effort, Sample, alternate, repeated, repeated_on_asyncio, repeated_on_trio
from workloads import flow_of, write

SECTION: Final = "fixed"

GOAL_US: Final = 10.0


_ONE: Final = Workload("one", "one vertex", [()])


@attrs.frozen
class Pair:
    """Inputs of a flow."""

    left: int
    right: int


@vertex
def add(left: int, right: int) -> int:
    return left + right


def measure(effort: Effort) -> list[Figure]:
    """Measure one run in each mode and print it."""
    beside = {
        "a": repeated(write(_ONE).straight, effort.sample_s / 4),
        "b": repeated(write(diamond()).looped, effort.sample_s / 4),
    }
    series = alternate(_samples(effort.sample_s), effort.rounds, beside)
    figures = []
    for name in series.samples:
        # The machine's speed is taken from b on the diamond, which was sampled in between.
        at_reference = series.ratio(name, "b") * REFERENCE_B_US["W4"] * len(diamond())
        is_judged = name.startswith("serial")
        figures.append(
            Figure(
                SECTION,
                f"one run: {name}",
                "1 vertex",
                series.seconds(name) * 1e6,
                "us",
                {"a": series.ratio(name, "a")},
                at_reference,
                GOAL_US if is_judged else None,
            )
        )
    print("one run of a flow of one vertex, microseconds; a is the direct call")
    headings = ("", "us", "x a", "us at ref. speed", "goal", "")
    print(
        table(
            headings,
            [(f.name, f.value, f.ratios["a"], f.compared, f.goal, f.verdict) for f in figures],
        )
    )
    return figures


def _samples(sample_s: float) -> dict[str, Sample]:
    sync, awaited = write(_ONE), write(_ONE, is_async=True)
    flow, with_inputs = flow_of(sync), Flow.of("add", add, inputs=Pair, result=add)
    on_loop = flow_of(awaited)
    on_own_trio = on_loop.options(async_backend="trio")
    return {
        "serial": repeated(flow.run, sample_s),
        "serial, no contracts": repeated(flow.options(check=False).run, sample_s),
        "serial, two declared inputs": repeated(lambda: with_inputs.run(left=1, right=2), sample_s),
        "threads": repeated(flow.options(parallel=True).run, sample_s),
        "threads, eager": repeated(flow.options(parallel=True, schedule="eager").run, sample_s),
        "asyncio": repeated_on_asyncio(on_loop.run_async, sample_s),
        "trio": repeated_on_trio(on_loop.run_async, sample_s),
        "asyncio, own loop": repeated(on_loop.run, sample_s),
        "trio, own loop": repeated(on_own_trio.run, sample_s),
    }
