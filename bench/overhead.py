"""What a vertex costs: no-op vertices on the four graphs, in every mode.

Async vertices never suspend here; a flow runs inside a loop that is running already.
"""

from collections.abc import Mapping
from typing import Final

from figures import REFERENCE_A_US, REFERENCE_B_US, Figure, table
from graphs import Workload, Written
from measuring import (
    Effort,
    Sample,
    Series,
    alternate,
    repeated,
    repeated_on_asyncio,
    repeated_on_trio,
)
from workloads import AnyFlow, flow_of, workloads, write

SECTION: Final = "overhead"

WORKLOADS: Final = ("W1", "W2", "W3", "W4")

GOALS_US: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "serial": (0.2, 0.2, 0.2, 2.7),
    "serial, no timings": (0.2, 0.2, 0.2, 2.7),
    "serial + contracts": (1, 1, 1, 3.5),
    "serial, no timings + contracts": (1, 1, 1, 3.5),
    "threads, staged": (2, 2, 2, 5),
    "asyncio, serial": (1, 1, 1, 8),
    "trio, serial": (1, 1, 1, 15),
    "asyncio, staged": (2, 4, 4, 8),
    "trio, staged": (2, 6, 6, 15),
}
"""By mode: microseconds per vertex on W1 to W4; with contracts the same, if nothing is said. A
serial run of W4 is its fixed cost, at most 10 us for four vertices, and little else."""

BASELINES: Final = ("a", "b", "a, awaited")


def measure(
    effort: Effort, others: Mapping[str, Mapping[str, Sample]] | None = None
) -> list[Figure]:
    """Measure every mode on every workload and print it.

    Args:
        effort: How long it may take.
        others: By workload: samples of something else to take in the same rounds.
    """
    found: list[Figure] = []
    for workload in workloads():
        series = _series(workload, effort, (others or {}).get(workload.name, {}))
        figures = _figures(workload, series)
        print(f"\n{workload.name}: {workload.title}; microseconds per vertex")
        print(_shown(workload, series, figures))
        found += figures
    return found


def _series(workload: Workload, effort: Effort, others: Mapping[str, Sample]) -> Series:
    sync, awaited = write(workload), write(workload, is_async=True)
    beside = {
        "a": repeated(sync.straight, effort.sample_s / 4),
        "b": repeated(sync.looped, effort.sample_s / 4),
    }
    samples: dict[str, Sample] = {
        "a, awaited": repeated_on_asyncio(awaited.straight, effort.sample_s),  # type: ignore[arg-type]  # it is a coroutine function
    }
    samples |= _sync_samples(sync, effort.sample_s)
    samples |= _async_samples(awaited, effort.sample_s)
    return alternate({**samples, **others}, effort.rounds, beside)


def _sync_samples(written: Written, sample_s: float) -> dict[str, Sample]:
    flow = flow_of(written)
    found: dict[str, Sample] = {}
    for contracts, unlike in _contract_choices(flow):
        threads = unlike.options(parallel=True, max_workers=4)
        eager = threads.options(schedule="eager")
        serial = unlike.options(parallel=False)
        found[f"serial{contracts}"] = repeated(serial.run, sample_s)
        untimed = serial.options(timings=False)
        found[f"serial, no timings{contracts}"] = repeated(untimed.run, sample_s)
        found[f"threads, staged{contracts}"] = repeated(threads.run, sample_s)
        found[f"threads, eager{contracts}"] = repeated(eager.run, sample_s)
    return found


def _async_samples(written: Written, sample_s: float) -> dict[str, Sample]:
    flow = flow_of(written)
    found: dict[str, Sample] = {}
    for contracts, unlike in _contract_choices(flow):
        staged = unlike.options(parallel=True)
        modes = {
            "serial": unlike.options(parallel=False),
            "staged": staged,
            "eager": staged.options(schedule="eager"),
        }
        for loop, sampled in (("asyncio", repeated_on_asyncio), ("trio", repeated_on_trio)):
            for name, candidate in modes.items():
                found[f"{loop}, {name}{contracts}"] = sampled(candidate.run_async, sample_s)
    return found


def _contract_choices(flow: AnyFlow) -> tuple[tuple[str, AnyFlow], tuple[str, AnyFlow]]:
    return ("", flow.options(check=False)), (" + contracts", flow.options(check=True))


def _figures(workload: Workload, series: Series) -> list[Figure]:
    figures = []
    for name in series.samples:
        ratios = {baseline: series.ratio(name, baseline) for baseline in ("a", "b")}
        goals = GOALS_US.get(name) or GOALS_US.get(name.removesuffix(" + contracts"))
        figures.append(
            Figure(
                SECTION,
                name,
                workload.name,
                series.seconds(name) / len(workload) * 1e6,
                "us",
                ratios,
                compared=ratios["b"] * REFERENCE_B_US[workload.name],
                goal=None if goals is None else goals[WORKLOADS.index(workload.name)],
            )
        )
    return figures


def _shown(workload: Workload, series: Series, figures: list[Figure]) -> str:
    calibration = (
        f"  reference machine: a {REFERENCE_A_US[workload.name]} us, "
        f"b {REFERENCE_B_US[workload.name]} us; here b is "
        f"{series.seconds('b') / series.seconds('a'):.1f} x a"
    )
    rows: list[tuple[object, ...]] = [
        ("a", series.seconds("a") / len(workload) * 1e6),
        ("b", series.seconds("b") / len(workload) * 1e6),
    ]
    rows += [
        (f.name, f.value, f.ratios["a"], f.ratios["b"], f.compared, f.goal, f.verdict)
        for f in figures
    ]
    headings = ("", "us", "x a", "x b", "us at ref. speed", "goal", "")
    return f"{calibration}\n{table(headings, rows)}"
