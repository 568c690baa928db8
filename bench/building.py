"""What building a flow costs: declare, wire, plan; per vertex, and whether it stays linear.

The baseline reads parameter names off the code objects and sorts topologically: the least
that anything which wires by name must do.
"""

from typing import Final

from figures import REFERENCE_B_US, Figure, table
from fresh_process import probe
from measuring import Effort

SECTION: Final = "build"

GOAL_US: Final = 60.0
LINEAR_GOAL: Final = 1.3
"""How much more a vertex may cost in a flow of ten times the size."""

STEPS: Final = {
    "baseline": "baseline: names and order",
    "declare": "@vertex",
    "wire": "Flow.of",
    "build": "@vertex and Flow.of",
    "plan": "first run, less the next",
}


def measure(effort: Effort) -> list[Figure]:
    """Measure all sizes and kinds and print them."""
    cases = [(10_000, "names"), (10_000, "texts"), (10_000, "types")]
    if not effort.is_quick:
        cases.append((100_000, "names"))
    found = [(count, kind, probe("building_probe.py", count, kind, 5)) for count, kind in cases]
    figures = []
    for count, kind, numbers in found:
        subject = f"{count:,} by {'type' if kind == 'types' else 'name'}" + (
            ", text annotations" if kind == "texts" else ""
        )
        figures += [_figure(step, subject, numbers) for step in STEPS]
    print("microseconds per vertex")
    print(
        table(
            ("", "", "us", "x baseline", "us at ref. speed", "goal", ""),
            [
                (f.name, f.subject, f.value, f.ratios["baseline"], f.compared, f.goal, f.verdict)
                for f in figures
            ],
        )
    )
    if not effort.is_quick:
        small, large = found[0][2], found[-1][2]
        growth = large["build"] / small["build"]
        figures.append(
            Figure(SECTION, "build is linear", "10,000 to 100,000", growth, "x", goal=LINEAR_GOAL)
        )
        print(f"a vertex of 100,000 costs {growth:.2f} x one of 10,000")
    return figures


def _figure(step: str, subject: str, numbers: dict[str, float]) -> Figure:
    speed = numbers["b"] / REFERENCE_B_US["W3"]  # above 1: this machine is slower
    return Figure(
        SECTION,
        STEPS[step],
        subject,
        numbers[step],
        "us",
        {"baseline": numbers[step] / numbers["baseline"]},
        numbers[step] / speed,
        GOAL_US if step == "build" else None,
    )
