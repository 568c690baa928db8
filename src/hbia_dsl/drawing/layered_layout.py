"""Layered layout: rows are given, lines go down, few of them cross, most are straight.

Parts that no line joins are laid out one by one and then set side by side.

Source:
    Sugiyama, Tagawa, Toda, Methods for visual understanding of hierarchical system
    structures, IEEE Trans. SMC 11(2), 1981, doi:10.1109/TSMC.1981.4308636.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from hbia_dsl.drawing.edge_routing import LanedLevel, add_lanes, straighten_lanes
from hbia_dsl.drawing.layer_ordering import order_rows
from hbia_dsl.drawing.level import End, Level, Net, PlacedLevel
from hbia_dsl.drawing.row_coordinates import CARD_GAP, place_rows, row_gaps

PART_GAP: Final = 40.0
"""Room between parts that no line joins."""


@attrs.frozen
class _Part:
    """Items that lines join, and the nets between them, by their numbers in the level."""

    items: Sequence[int]
    nets: Sequence[int]


@attrs.frozen
class _PlacedPart:
    """A part with places of its own, not yet beside others."""

    centres: Sequence[float]
    routes: Sequence[Sequence[Sequence[float]]]
    reach: dict[int, tuple[float, float]]
    """By row, the left and the right end of all that is in it."""
    crossings: int


def lay_out(level: Level) -> PlacedLevel:
    """Place the items of a level and route its nets.

    Lines go from row to row; no two items of a row overlap, and no line passes through
    an item. The same level always gives the same places.

    Complexity:
        O(rounds * L log L) time for L lines from a row to the next; at most 64 rounds.
    """
    centres = [0.0] * len(level.widths)
    routes: list[Sequence[Sequence[float]]] = [()] * len(level.nets)
    filled: dict[int, float] = {}
    crossings = 0
    for part in _parts(level):
        placed = _place(_cut_out(level, part))
        shift = _shift(placed, filled, PART_GAP if len(part.items) > 1 else CARD_GAP)
        for row, (_, right) in placed.reach.items():
            filled[row] = right + shift
        for number, item in enumerate(part.items):
            centres[item] = placed.centres[number] + shift
        for number, net in enumerate(part.nets):
            routes[net] = [[x + shift for x in route] for route in placed.routes[number]]
        crossings += placed.crossings
    return PlacedLevel(max(filled.values(), default=0.0), centres, routes, crossings)


def _shift(placed: _PlacedPart, filled: dict[int, float], gap: float) -> float:
    """Return how far a part must move to be right of all that is in its rows already."""
    shift = -min(left for left, _ in placed.reach.values())
    for row, (left, _) in placed.reach.items():
        if row in filled:
            shift = max(shift, filled[row] + gap - left)
    return shift


def _parts(level: Level) -> list[_Part]:
    """Find the parts that lines join, largest first."""
    first_of = list(range(len(level.widths)))

    def find(item: int) -> int:
        while first_of[item] != item:
            first_of[item] = first_of[first_of[item]]
            item = first_of[item]
        return item

    for net in level.nets:
        for end in net.targets:
            one, other = sorted((find(net.source.item), find(end.item)))
            first_of[other] = one
    items: dict[int, list[int]] = {}
    nets: dict[int, list[int]] = {}
    for item in range(len(level.widths)):
        items.setdefault(find(item), []).append(item)
    for number, net in enumerate(level.nets):
        nets.setdefault(find(net.source.item), []).append(number)
    parts = [_Part(members, nets.get(first, ())) for first, members in items.items()]
    parts.sort(key=lambda part: -len(part.items))
    return parts


def _cut_out(level: Level, part: _Part) -> Level:
    if len(part.items) == len(level.widths):
        return level
    number_of = {item: number for number, item in enumerate(part.items)}

    def moved(end: End) -> End:
        return End(number_of[end.item], end.offset)

    return Level(
        [level.widths[item] for item in part.items],
        [level.rows[item] for item in part.items],
        [
            Net(moved(net.source), tuple(map(moved, net.targets)))
            for net in (level.nets[number] for number in part.nets)
        ],
    )


def _place(level: Level) -> _PlacedPart:
    laned = add_lanes(level)
    crossings = order_rows(laned)
    gaps = row_gaps(laned)
    centres = place_rows(laned, gaps)
    straighten_lanes(laned, centres, gaps)
    return _PlacedPart(
        centres[: laned.item_count],
        _routes(level, laned, centres),
        {
            number: (
                centres[row[0]] - laned.widths[row[0]] / 2,
                centres[row[-1]] + laned.widths[row[-1]] / 2,
            )
            for number, row in enumerate(laned.rows)
            if row
        },
        crossings,
    )


def _routes(level: Level, laned: LanedLevel, centres: Sequence[float]) -> list[list[list[float]]]:
    found = []
    for net, lane in zip(level.nets, laned.lanes, strict=True):
        start = centres[net.source.item] + net.source.offset
        first = level.rows[net.source.item] + 1
        along = [centres[item] for item in lane]
        found.append(
            [
                [start, *along[: level.rows[end.item] - first], centres[end.item] + end.offset]
                for end in net.targets
            ]
        )
    return found
