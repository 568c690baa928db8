"""Horizontal places: each line as straight as the order of the rows allows.

The sum of squared sideways movements of all lines is made as small as it can be while
items keep their order and their distances. Row by row, with the others at rest, that
is a regression with rising values, which has an exact solution in linear time.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from hbia_dsl.drawing.edge_routing import Joint, LanedLevel

CARD_GAP: Final = 26.0
"""Room between cards next to each other."""
LANE_GAP: Final = 14.0
"""Room between a lane and what is beside it."""

_AT_REST: Final = 0.01
"""Weight of an item that no line pulls."""
_MOST_ROUNDS: Final = 40
_WORK: Final = 1_500_000
"""About how many lines may be looked at: large levels get fewer rounds."""
_STILL: Final = 0.5
"""Rounds end when no item moves further than this."""


def row_gaps(level: LanedLevel) -> list[list[float]]:
    """Return for each row the least distances between the centres of neighbours."""
    widths, cards = level.widths, level.item_count
    return [
        [
            (widths[left] + widths[right]) / 2
            + (CARD_GAP if left < cards and right < cards else LANE_GAP)
            for left, right in pairwise(row)
        ]
        for row in level.rows
    ]


def place_rows(level: LanedLevel, gaps: Sequence[list[float]]) -> list[float]:
    """Return the horizontal centre of each item of ordered rows.

    Complexity:
        O(rounds * (items + lines)) time, with at most 40 rounds.
    """
    centres = [0.0] * len(level.row_of)
    for row, gap in zip(level.rows, gaps, strict=True):
        at = -sum(gap) / 2
        for item, distance in zip(row, [*gap, 0.0], strict=False):  # a row may be empty
            centres[item] = at
            at += distance
    lines = sum(map(len, level.below)) + len(centres)
    rounds = max(4, min(_MOST_ROUNDS, _WORK // max(lines, 1)))
    for number in range(rounds):
        # At first each row follows the one before it; then both sides pull.
        moved = 0.0
        downwards = number % 2 == 0
        numbers = range(len(gaps)) if downwards else range(len(gaps) - 1, -1, -1)
        for index in numbers:
            sides = [level.above, level.below]
            if number < 3:
                sides = sides[:1] if downwards else sides[1:]
            moved = max(moved, _settle(level.rows[index], gaps[index], centres, sides))
        if number > 3 and moved < _STILL:
            break
    return centres


def _settle(
    row: Sequence[int],
    gap: Sequence[float],
    centres: list[float],
    sides: Sequence[Sequence[Sequence[Joint]]],
) -> float:
    """Move the items of a row to their best places; return the longest movement."""
    wanted, weights = [], []
    before = 0.0
    for place, item in enumerate(row):
        total = weight = 0.0
        for side in sides:
            for other, at, own, w in side[item]:
                total += w * (centres[other] + at - own)
                weight += w
        if weight == 0.0:
            total, weight = _AT_REST * centres[item], _AT_REST
        if place:
            before += gap[place - 1]
        wanted.append(total / weight - before)
        weights.append(weight)
    moved = before = 0.0
    for place, (item, value) in enumerate(zip(row, rising(wanted, weights), strict=True)):
        if place:
            before += gap[place - 1]
        moved = max(moved, abs(centres[item] - value - before))
        centres[item] = value + before
    return moved


def rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the values that never fall and are nearest to the given ones.

    Nearest means the least sum of weighted squared differences.

    Complexity:
        O(n) time.

    Source:
        Ayer, Brunk, Ewing, Reid, Silverman, An empirical distribution function for
        sampling with incomplete information, Ann. Math. Statist. 26(4), 1955,
        doi:10.1214/aoms/1177728423 (pool adjacent violators).
    """
    means: list[float] = []
    totals: list[float] = []
    counts: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = value, weight, 1
        while means and means[-1] > mean:
            other = totals.pop()
            mean = (means.pop() * other + mean * total) / (other + total)
            total += other
            count += counts.pop()
        means.append(mean)
        totals.append(total)
        counts.append(count)
    found: list[float] = []
    for mean, count in zip(means, counts, strict=True):
        found += [mean] * count
    return found
