"""100,000 no-op vertices, built and run in one fresh process: time and memory."""

from typing import Final

from figures import REFERENCE_B_US, Figure, table
from fresh_process import probe
from measuring import Effort

SECTION: Final = "scale"

GOALS: Final = {"total_s": 10.0, "peak_mb": 500.0}

TEXTS: Final = {
    "write_s": "write the functions (not ours)",
    "written_mb": "resident then",
    "declare_s": "@vertex",
    "wire_s": "Flow.of",
    "run_s": "first run, with planning",
    "rerun_s": "second run",
    "total_s": "build and run",
    "peak_mb": "peak resident",
}


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    count = 10_000 if effort.is_quick else 100_000
    numbers = probe("scale_probe.py", count)
    speed = numbers["b_us"] / REFERENCE_B_US["W3"]
    figures = []
    for name, text in TEXTS.items():
        value, is_time = numbers[name], name.endswith("_s")
        baseline = numbers["b_s"] if is_time else numbers["written_mb"]
        figures.append(
            Figure(
                SECTION,
                text,
                f"{count:,} vertices",
                value,
                "s" if is_time else "MB",
                {"b" if is_time else "functions alone": value / baseline},
                value / speed if is_time else value,
                None if effort.is_quick else GOALS.get(name),
            )
        )
    print(
        table(
            ("", "", "", "ratio", "at ref. speed", "goal", ""),
            [
                (
                    f.name,
                    f.value,
                    f.unit,
                    next(iter(f.ratios.values())),
                    f.compared,
                    f.goal,
                    f.verdict,
                )
                for f in figures
            ],
        )
    )
    return figures
