"""What a measurement leaves: a figure, what it is compared with, and whether a goal is reached.

Goals in microseconds were set on a reference machine. There **b**, the loop with a dict, took
the times below; so a figure "at reference speed" is its ratio to **b**, times those.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

REFERENCE_A_US: Final = {"W1": 0.036, "W2": 0.066, "W3": 0.054, "W4": 0.033}
"""Straight-line Python on the reference machine, microseconds per vertex."""

REFERENCE_B_US: Final = {"W1": 0.55, "W2": 0.65, "W3": 0.78, "W4": 0.50}
"""A loop with a dict on the reference machine, microseconds per vertex."""

REFERENCE_ASYNCIO_IMPORT_MS: Final = 66.0
"""What `import asyncio` adds to a bare Python on the reference machine, milliseconds."""


@attrs.frozen
class Figure:
    """One line of the report."""

    section: str
    name: str
    """What was measured, such as "threads, staged"."""
    subject: str
    """On what, such as "W1"."""
    value: float
    """As measured here."""
    unit: str
    ratios: Mapping[str, float] = attrs.field(factory=dict)
    """To each baseline, by its name, taken in the same run."""
    compared: float | None = None
    """What is held against the goal: the value at reference speed, or `value` if None."""
    goal: float | None = None
    """What it must not exceed."""

    @property
    def judged(self) -> float:
        """What is held against the goal."""
        return self.value if self.compared is None else self.compared

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        return None if self.goal is None else self.judged <= self.goal

    @property
    def verdict(self) -> str:
        """`is_reached` in words."""
        return {None: "", True: "reached", False: "NOT reached"}[self.is_reached]


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lay rows out under headings: the first column to the left, the others to the right."""
    head = list(headings)
    lines = [head, *([_shown(cell) for cell in row] for row in rows)]
    lines = [[*line, *[""] * (len(head) - len(line))] for line in lines]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    shown = [
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    shown.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(shown)


def goal_table(figures: Iterable[Figure]) -> str:
    """List every figure that has a goal."""
    return table(
        ("goal", "on", "measured", "ratio", "judged", "at most", ""),
        [
            (
                f.name,
                f.subject,
                f"{_shown(f.value)} {f.unit}",
                ", ".join(f"{_shown(ratio)} x {name}" for name, ratio in f.ratios.items()),
                _shown(f.judged),
                _shown(f.goal),
                f.verdict,
            )
            for f in figures
            if f.goal is not None
        ],
    )


def as_data(figure: Figure) -> dict[str, object]:
    """Return a figure as JSON holds it."""
    data = attrs.asdict(figure)
    data["judged"], data["reached"] = figure.judged, figure.is_reached
    return data


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return "" if cell is None else str(cell)
    digits = 0 if abs(cell) >= 100 else 1 if abs(cell) >= 10 else 2 if abs(cell) >= 1 else 3
    return f"{cell:,.{digits}f}"
