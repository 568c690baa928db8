"""What a vertex weighs: in a built flow, in its plan, and in the account of a run."""

from typing import Final

from figures import Figure, table
from fresh_process import probe
from measuring import Effort

SECTION: Final = "memory"

TEXTS: Final = {
    "declared": "@vertex",
    "built": "Flow.of",
    "planned": "plan, from the first run on",
    "compiled": "compiled source, from the second run on",
    "run": "each run that is kept",
    "run_peak": "while it runs",
}

GOALS_KB: Final = {"built": 3.0, "run": 0.5}

BASELINES: Final = {"run": "b's results", "run_peak": "b's results"}


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    count = 5_000 if effort.is_quick else 20_000
    numbers = probe("memory_probe.py", count)
    figures = []
    for name, text in TEXTS.items():
        baseline = "run_b" if name in BASELINES else "table_b"
        figures.append(
            Figure(
                SECTION,
                text,
                f"{count:,} vertices",
                numbers[name],
                "KB",
                {BASELINES.get(name, "b's table"): numbers[name] / numbers[baseline]},
                goal=GOALS_KB.get(name),
            )
        )
    print(
        f"kilobytes (1,024 bytes) per vertex; b's table {numbers['table_b']:.2f}, "
        f"its results {numbers['run_b']:.2f}"
    )
    print(
        table(
            ("", "KB", "ratio", "goal", ""),
            [(f.name, f.value, next(iter(f.ratios.values())), f.goal, f.verdict) for f in figures],
        )
    )
    return figures
