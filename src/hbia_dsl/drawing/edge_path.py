"""The line of an edge as an SVG path: straight down in rows, a curve from row to row."""

from collections.abc import Sequence

from hbia_dsl.drawing.placed_flow import Stretch

ARROW_LENGTH = 8.0
_ARROW_HALF = 4.0
_STRAIGHT = 0.05
"""Less than this sideways is no curve."""


def line_path(stretches: Sequence[Stretch]) -> str:
    """Return the path of a line, without its arrow head."""
    first, last = stretches[0], stretches[-1]
    x = number(first.x)
    parts = [f"M{x} {number(first.top)}"]
    end = last.bottom - ARROW_LENGTH / 2
    before = first
    for stretch in stretches[1:]:
        if abs(stretch.x - before.x) > _STRAIGHT:
            if before.bottom > before.top:
                parts.append(f"V{number(before.bottom)}")
            middle = number((before.bottom + stretch.top) / 2)
            x = number(stretch.x)
            start = number(before.x)
            parts.append(f"C{start} {middle} {x} {middle} {x} {number(stretch.top)}")
        before = stretch
    parts.append(f"V{number(end)}")
    return "".join(parts)


def arrow_path(stretches: Sequence[Stretch]) -> str:
    """Return the path of the arrow head at the end of a line."""
    last = stretches[-1]
    top = number(last.bottom - ARROW_LENGTH)
    left, right = number(last.x - _ARROW_HALF), number(last.x + _ARROW_HALF)
    return f"M{number(last.x)} {number(last.bottom)}L{left} {top}H{right}Z"


def number(value: float) -> str:
    """Return a length with one digit after the point, and none if that is 0."""
    text = f"{value:.1f}"
    return "0" if text in {"0.0", "-0.0"} else text.removesuffix(".0")
