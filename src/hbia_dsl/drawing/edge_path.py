"""The line of an edge as an SVG path: straight down in rows, a curve from row to row."""

from collections.abc import Sequence
from typing import Final

from hbia_dsl.drawing.placed_flow import Stretch

ARROW_LENGTH: Final = 9.0
_ARROW_HALF: Final = 4.0
_STRAIGHT: Final = 0.05
"""Less than this sideways is no curve."""


def line_path(stretches: Sequence[Stretch]) -> str:
    """Return the path of a line, without its arrow head."""
    *others, last = stretches
    end = last.bottom - ARROW_LENGTH / 2
    # The last curve ends early enough for the arrow head to point straight down.
    pieces = [*others, Stretch(last.x, min(last.top, last.bottom - ARROW_LENGTH - 2), end)]
    before, drawn_to = pieces[0], pieces[0].top
    parts = [f"M{number(before.x)} {number(before.top)}"]
    for piece in pieces[1:]:
        if abs(piece.x - before.x) > _STRAIGHT:
            if before.bottom > drawn_to:
                parts.append(f"V{number(before.bottom)}")
            middle, x = number((before.bottom + piece.top) / 2), number(piece.x)
            parts.append(f"C{number(before.x)} {middle} {x} {middle} {x} {number(piece.top)}")
            drawn_to = piece.top
        before = piece
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
