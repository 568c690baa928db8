"""Vertical places: rows below each other, with more room where lines go far sideways."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs

from hbia_dsl.drawing.layered_layout import lay_out
from hbia_dsl.drawing.level import Level, PlacedLevel
from hbia_dsl.drawing.placed_flow import Stretch

_MOST_EXTRA: Final = 90.0
_EXTRA_FOR_WIDTH: Final = 0.11
"""How much more room between rows for each pixel that a line goes sideways there."""


@attrs.frozen
class StackedLevel:
    """A placed level in which the rows have heights as well; the upper end is at 0."""

    placed: PlacedLevel
    tops: Sequence[float]
    heights: Sequence[float]

    @property
    def height(self) -> float:
        """Height of all rows together."""
        return self.tops[-1] + self.heights[-1] if self.tops else 0.0

    def middle(self, row: int) -> float:
        """Return the height of the middle of a row."""
        return self.tops[row] + self.heights[row] / 2

    def stretches(
        self, first: int, route: Sequence[float], start: float, end: float
    ) -> Iterator[Stretch]:
        """Return the vertical pieces of a route.

        Args:
            first: Row in which the route starts.
            route: One horizontal place a row.
            start: Height at which it leaves its source.
            end: Height at which it arrives.
        """
        last = len(route) - 1
        for number, x in enumerate(route):
            row = first + number
            top = start if number == 0 else self.tops[row]
            bottom = end if number == last else self.tops[row] + self.heights[row]
            yield Stretch(x, top, bottom)


def stack_rows(level: Level, heights: Sequence[float], gap: float, end_gap: float) -> StackedLevel:
    """Lay a level out and stack its rows.

    Args:
        level: The items and nets.
        heights: Height of each item.
        gap: Least room between rows.
        end_gap: The same beside rows without height.
    """
    placed = lay_out(level)
    row_count = max(level.rows, default=-1) + 1
    tallest = [0.0] * row_count
    for row, height in zip(level.rows, heights, strict=True):
        tallest[row] = max(tallest[row], height)
    sideways = [0.0] * row_count
    for net, routes in zip(level.nets, placed.routes, strict=True):
        first = level.rows[net.source.item]
        for route in routes:
            for number, (x, after) in enumerate(pairwise(route), first):
                sideways[number] = max(sideways[number], abs(x - after))
    tops, at = [], 0.0
    for row, height in enumerate(tallest):
        tops.append(at)
        is_end = height == 0.0 or (row + 1 < row_count and tallest[row + 1] == 0.0)
        room = end_gap if is_end else gap
        at += height + room + min(_MOST_EXTRA, _EXTRA_FOR_WIDTH * sideways[row])
    return StackedLevel(placed, tops, tallest)
