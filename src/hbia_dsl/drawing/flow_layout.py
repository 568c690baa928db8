"""From a flow to places: cards in rows by stage, boxes for groups, lines between them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hbia_dsl.drawing.card_size import text_width
from hbia_dsl.drawing.drawn_graph import DrawnFlow
from hbia_dsl.drawing.flow_units import GROUP, FlowUnits, find_units
from hbia_dsl.drawing.placed_flow import (
    Band,
    PlacedCard,
    PlacedEdge,
    PlacedFlow,
    PlacedGroup,
    Stretch,
)
from hbia_dsl.drawing.stacked_rows import StackedLevel, stack_rows
from hbia_dsl.drawing.svg_legend import legend_width

LEFT: Final = 84.0
"""Where the cards begin; the names of the stages are left of that."""
TOP: Final = 60.0
"""Where the rows begin; the title is above."""
MARGIN: Final = 22.0
BOTTOM: Final = 52.0
"""Room for the legend below the rows."""
TITLE_SIZE: Final = 18.0
SUMMARY_SIZE: Final = 12.0

_ROW_GAP: Final = 42.0
_ARROW_GAP: Final = 16.0
"""Room between the arrow heads on a card, if it is wide enough."""
_CORNER: Final = 14.0
"""Arrow heads keep away from the corners of a card."""


def lay_out_flow(flow: DrawnFlow) -> PlacedFlow:
    """Find a place for everything on a flow; the same flow always gets the same places."""
    units = find_units(flow)
    stacked = stack_rows(units.level, units.heights, _ROW_GAP, _ROW_GAP)
    titles = text_width(flow.name, TITLE_SIZE) + text_width(flow.summary, SUMMARY_SIZE)
    least = max(titles + 3 * MARGIN, legend_width(flow) + MARGIN)
    width = max(LEFT + stacked.placed.width + MARGIN, least)
    # A narrow flow stands in the middle of what the texts around it need.
    left = LEFT + (width - LEFT - MARGIN - stacked.placed.width) / 2
    return _Placing(flow, units, stacked, left).placed(width)


class _Placing:
    """Turns the places of units into the places of everything."""

    def __init__(
        self, flow: DrawnFlow, units: FlowUnits, stacked: StackedLevel, left: float
    ) -> None:
        self._flow = flow
        self._units = units
        self._stacked = stacked
        self._left = left
        self._boxes = {unit: self._box(unit) for unit in units.groups}
        self._cards = {key: self._card(key) for key in units.shown}

    def placed(self, width: float) -> PlacedFlow:
        """Return everything with its place."""
        units, stacked = self._units, self._stacked
        edges = [
            PlacedEdge(list(self._line(source, target)), edge)
            for (source, target), edge in zip(units.ends, self._flow.edges, strict=True)
        ]
        inside = sum(group.crossings for group in units.groups.values())
        return PlacedFlow(
            self._flow,
            width,
            TOP + stacked.height + BOTTOM,
            list(self._cards.values()),
            list(self._boxes.values()),
            _with_arrows_apart(edges, self._cards),
            list(self._bands()),
            stacked.placed.crossings + inside,
        )

    def _corner(self, unit: str, width: float, height: float) -> tuple[float, float]:
        item = self._units.number[unit]
        centre = self._left + self._stacked.placed.centres[item]
        middle = TOP + self._stacked.middle(self._units.level.rows[item])
        return centre - width / 2, middle - height / 2

    def _box(self, unit: str) -> PlacedGroup:
        laid_out = self._units.groups[unit]
        left, top = self._corner(unit, laid_out.width, laid_out.height)
        group = next(g for g in self._flow.groups if GROUP + g.name == unit)
        return PlacedGroup(left, top, laid_out.width, laid_out.height, group)

    def _card(self, key: str) -> PlacedCard:
        units = self._units
        text, unit = units.texts[key], units.unit_of[key]
        if unit in units.groups:
            box, inside = self._boxes[unit], units.groups[unit].cards[key]
            left, top = box.left + inside[0], box.top + inside[1]
        else:
            left, top = self._corner(unit, text.width, text.height)
        return PlacedCard(key, left, top, text, units.shown[key])

    def _line(self, source: str, target: str) -> Iterator[Stretch]:
        """Return the pieces of a line: inside the group it leaves, between, inside the next."""
        units = self._units
        start, end = units.unit_of[source], units.unit_of[target]
        if start == end:
            yield from self._inside(start, units.groups[start].inner[source, target])
            return
        if start in units.groups:
            yield from self._inside(start, units.groups[start].outgoing[source])
        yield from self._outside(source, start, target, end)
        if end in units.groups:
            yield from self._inside(end, units.groups[end].inner[source, target])

    def _inside(self, unit: str, stretches: Sequence[Stretch]) -> Iterator[Stretch]:
        box = self._boxes[unit]
        return (stretch.moved(box.left, box.top) for stretch in stretches)

    def _outside(self, source: str, start: str, target: str, end: str) -> Iterator[Stretch]:
        units, stacked = self._units, self._stacked
        number = units.net_of[source]
        net = units.level.nets[number]
        items = [found.item for found in net.targets]
        route = stacked.placed.routes[number][items.index(units.number[end])]
        box = self._boxes.get(start)
        leaves = self._cards[source].bottom if box is None else box.top + box.height
        box = self._boxes.get(end)
        arrives = self._cards[target].top if box is None else box.top
        first = units.level.rows[net.source.item]
        pieces = stacked.stretches(first, route, leaves - TOP, arrives - TOP)
        return (piece.moved(self._left, TOP) for piece in pieces)

    def _bands(self) -> Iterator[Band]:
        stacked = self._stacked
        ends: dict[int, tuple[float, float]] = {}
        for row, stage in enumerate(self._units.stage_of_row):
            top, bottom = stacked.tops[row], stacked.tops[row] + stacked.heights[row]
            ends[stage] = ends.get(stage, (top, bottom))[0], bottom
        for stage, (top, bottom) in ends.items():
            if stage > 0:  # the row above the first stage holds inputs only
                yield Band(stage, TOP + top, TOP + bottom)


def _with_arrows_apart(
    edges: Sequence[PlacedEdge], cards: Mapping[str, PlacedCard]
) -> list[PlacedEdge]:
    """Move the last pieces of lines apart, so that each card shows an arrow head for each line.

    They arrive in the order in which they come from left to right, so no crossing is added.
    """
    arriving: dict[str, list[int]] = {}
    for number, edge in enumerate(edges):
        arriving.setdefault(edge.edge.target, []).append(number)
    found = list(edges)
    for target, numbers in arriving.items():
        if len(numbers) == 1:
            continue
        card = cards[target]
        room = card.text.width - 2 * _CORNER
        gap = min(_ARROW_GAP, room / (len(numbers) - 1))
        numbers.sort(key=lambda number: edges[number].stretches[-2].x)
        x = (card.left + card.right - gap * (len(numbers) - 1)) / 2
        for number in numbers:
            *before, last = edges[number].stretches
            moved = Stretch(x, last.top, last.bottom)
            found[number] = PlacedEdge([*before, moved], edges[number].edge)
            x += gap
    return found
