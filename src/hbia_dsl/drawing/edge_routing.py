"""Lanes: places kept free for nets in the rows that they pass.

A net that ends more than one row below its start gets an item of no width in every row
between, so that ordering and placing treat it like everything else, and no line ever
runs across a card. The targets of a net share its lane.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs

from hbia_dsl.drawing.level import Level

Joint = tuple[int, float, float, float]
"""A neighbour in the next row, its offset, the item's own offset, and a weight."""

CARD_TO_CARD: Final = 1.0
CARD_TO_LANE: Final = 1.0
LANE_TO_LANE: Final = 8.0
"""How much is done for a straight line between two rows; bends in long lines hurt most."""


@attrs.frozen
class LanedLevel:
    """A level in which every line goes from a row to the next one."""

    widths: Sequence[float]
    """Width of each item; those of lanes are 0 and follow all others."""
    row_of: Sequence[int]
    rows: Sequence[list[int]]
    """The items of each row, from left to right."""
    above: Sequence[Sequence[Joint]]
    """For each item, its neighbours in the row above."""
    below: Sequence[Sequence[Joint]]
    """For each item, its neighbours in the row below."""
    lanes: Sequence[Sequence[int]]
    """For each net, its lane: one item a row, downwards from the row below its source."""
    item_count: int
    """Number of items that are not lanes."""


def add_lanes(level: Level) -> LanedLevel:
    """Give every net a lane down to the row above its last target.

    Complexity:
        O(items + rows that nets pass) time and memory.
    """
    widths, row_of = list(level.widths), list(level.rows)
    lanes = []
    for net in level.nets:
        first = row_of[net.source.item] + 1
        last = max(row_of[end.item] for end in net.targets)
        lanes.append(range(len(row_of), len(row_of) + last - first))
        row_of.extend(range(first, last))
    widths += [0.0] * (len(row_of) - len(widths))
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=-1) + 1)]
    for item, row in enumerate(row_of):
        rows[row].append(item)
    above: list[list[Joint]] = [[] for _ in row_of]
    below: list[list[Joint]] = [[] for _ in row_of]

    def join(upper: int, upper_at: float, lower: int, lower_at: float, weight: float) -> None:
        below[upper].append((lower, lower_at, upper_at, weight))
        above[lower].append((upper, upper_at, lower_at, weight))

    for net, lane in zip(level.nets, lanes, strict=True):
        start = net.source
        if lane:
            join(start.item, start.offset, lane[0], 0.0, CARD_TO_LANE)
        for upper, lower in pairwise(lane):
            join(upper, 0.0, lower, 0.0, LANE_TO_LANE)
        first = row_of[start.item] + 1
        for end in net.targets:
            passed = row_of[end.item] - first
            if passed == 0:
                join(start.item, start.offset, end.item, end.offset, CARD_TO_CARD)
            else:
                join(lane[passed - 1], 0.0, end.item, end.offset, CARD_TO_LANE)
    return LanedLevel(widths, row_of, rows, above, below, lanes, len(level.widths))


def straighten_lanes(level: LanedLevel, centres: list[float], gaps: Sequence[list[float]]) -> None:
    """Move lanes sideways, within the room that they have, so that they bend rarely.

    Each lane is cut into as few straight pieces as its room allows: a piece goes on as
    long as one place is free in all its rows.

    Args:
        level: Ordered rows.
        centres: Place of each item; those of lanes are changed.
        gaps: By row, the least distance between the centres of items next to each other.

    Complexity:
        O(rows that nets pass) time.
    """
    place_of = {item: place for row in level.rows for place, item in enumerate(row)}
    for lane in level.lanes:
        piece: list[int] = []
        low, high = float("-inf"), float("inf")
        for item in lane:
            left, right = _room(level, centres, gaps, item, place_of[item])
            if max(low, left) > min(high, right):
                _straighten(level, centres, piece, low, high)
                piece, low, high = [], float("-inf"), float("inf")
            piece.append(item)
            low, high = max(low, left), min(high, right)
        if piece:
            _straighten(level, centres, piece, low, high)


def _room(
    level: LanedLevel, centres: list[float], gaps: Sequence[list[float]], item: int, place: int
) -> tuple[float, float]:
    """Return how far an item can move to the left and to the right."""
    number = level.row_of[item]
    row, gap = level.rows[number], gaps[number]
    left = centres[row[place - 1]] + gap[place - 1] if place else float("-inf")
    right = centres[row[place + 1]] - gap[place] if place + 1 < len(row) else float("inf")
    # Without any room, rounding may have the two a hair apart, the wrong way round.
    return (left, right) if left <= right else (centres[item], centres[item])


def _straighten(
    level: LanedLevel, centres: list[float], piece: Sequence[int], low: float, high: float
) -> None:
    ends = [level.above[piece[0]][0]]
    if len(level.below[piece[-1]]) == 1:
        ends.append(level.below[piece[-1]][0])
    # Best of all is to go straight on from the card above, or straight into the one below.
    straight = [x for x in (centres[j[0]] + j[1] for j in ends) if low <= x <= high]
    at = straight[0] if straight else sum(centres[item] for item in piece) / len(piece)
    at = min(max(at, low), high)
    for item in piece:
        centres[item] = at
