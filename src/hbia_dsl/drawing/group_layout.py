"""The inside of an atomic group: its members in rows, and doors for the lines that cross it.

A run treats a group as one unit of one stage, and so does the layout: inside its box it
is a small drawing of its own, and outside the box is one large card. Lines enter through
doors in the upper side, one for each source, and leave through doors in the lower side,
one for each member that others take from.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.drawing.card_size import NOTE_SIZE, CardText, text_width
from hbia_dsl.drawing.level import End, Level, Net
from hbia_dsl.drawing.placed_flow import Stretch
from hbia_dsl.drawing.stacked_rows import StackedLevel, stack_rows
from hbia_dsl.graph.atomic_group import AtomicGroup

ROW_GAP: Final = 34.0
_DOOR_GAP: Final = 18.0
_SIDE: Final = 16.0
TITLE_HEIGHT: Final = 22.0
"""Height of the strip at the top of a box, with the group's name."""

Pair = tuple[str, str]
"""Source and target of an edge."""


@attrs.frozen
class GroupLayout:
    """A box and what is in it, as seen from its upper left corner."""

    width: float
    height: float
    cards: Mapping[str, tuple[float, float]]
    """Left and top of each member."""
    entries: Mapping[str, float]
    """By outside source: how far right of the box's middle its lines enter."""
    exits: Mapping[str, float]
    """By member: how far right of the box's middle its lines leave."""
    inner: Mapping[Pair, Sequence[Stretch]]
    """The lines between members, and from entries to members."""
    outgoing: Mapping[str, Sequence[Stretch]]
    """By member: the line to its exit."""
    crossings: int


def lay_out_group(
    group: AtomicGroup,
    edges: Iterable[Pair],
    texts: Mapping[str, CardText],
    depths: Mapping[str, int],
) -> GroupLayout:
    """Lay out the members of a group.

    Args:
        group: The group.
        edges: Source and target of every edge that touches the group, in any order.
        texts: The cards of the members.
        depths: By member a number that is larger than those of all that it follows.
    """
    return _Inside(group, edges, texts, depths).laid_out()


class _Inside:
    """The level inside a group: doors above, members by depth, doors below."""

    def __init__(
        self,
        group: AtomicGroup,
        edges: Iterable[Pair],
        texts: Mapping[str, CardText],
        depths: Mapping[str, int],
    ) -> None:
        self._group = group
        self._texts = texts
        members = dict.fromkeys(group.vertices)
        self._edges = list(edges)
        entries = dict.fromkeys(source for source, _ in self._edges if source not in members)
        exits = dict.fromkeys(s for s, t in self._edges if s in members and t not in members)
        names = [("in", name) for name in entries]
        names += [("at", name) for name in members]
        names += [("out", name) for name in exits]
        self._entries, self._exits = list(entries), list(exits)
        self._number = {name: number for number, name in enumerate(names)}
        row_of = self._rows_of_members(depths, 1 if entries else 0)
        self._rows = [0] * len(entries)
        self._rows += [row_of[name] for name in members]
        self._rows += [max(row_of.values()) + 1] * len(exits)

    def laid_out(self) -> GroupLayout:
        """Place everything and say where from the box's corner."""
        sizes = [self._texts[n] if kind == "at" else None for kind, n in self._number]
        widths = [0.0 if size is None else size.width for size in sizes]
        heights = [0.0 if size is None else size.height for size in sizes]
        level = Level(widths, self._rows, self._nets())
        stacked = stack_rows(level, heights, ROW_GAP, _DOOR_GAP)
        title = text_width(self._group.name, NOTE_SIZE) + 3 * _SIDE
        width = max(stacked.placed.width + 2 * _SIDE, title)
        left = (width - stacked.placed.width) / 2
        return self._seen_from_corner(level, stacked, width, left)

    def _seen_from_corner(
        self, level: Level, stacked: StackedLevel, width: float, left: float
    ) -> GroupLayout:
        centres, texts = stacked.placed.centres, self._texts
        # Doors are rows without height: with them, the room at the ends is there already.
        upper = TITLE_HEIGHT if self._entries else TITLE_HEIGHT + _DOOR_GAP / 2
        lower = 0.0 if self._exits else _SIDE
        cards = {
            name: (
                left + centres[item] - texts[name].width / 2,
                upper + stacked.middle(self._rows[item]) - texts[name].height / 2,
            )
            for (kind, name), item in self._number.items()
            if kind == "at"
        }
        height = upper + stacked.height + lower
        lines = self._lines(level, stacked, left, upper, height, cards)
        inner = {(s, t): found for (s, t), found in lines.items() if t}
        number = self._number
        return GroupLayout(
            width,
            height,
            cards,
            {n: left + centres[number["in", n]] - width / 2 for n in self._entries},
            {n: left + centres[number["out", n]] - width / 2 for n in self._exits},
            inner,
            {source: found for (source, target), found in lines.items() if not target},
            stacked.placed.crossings,
        )

    def _lines(
        self,
        level: Level,
        stacked: StackedLevel,
        left: float,
        upper: float,
        height: float,
        cards: Mapping[str, tuple[float, float]],
    ) -> dict[Pair, Sequence[Stretch]]:
        names = list(self._number)
        found = {}
        for net, routes in zip(level.nets, stacked.placed.routes, strict=True):
            kind, source = names[net.source.item]
            start = 0.0 if kind == "in" else cards[source][1] + self._texts[source].height
            for end, route in zip(net.targets, routes, strict=True):
                to, target = names[end.item]
                arrival = height if to == "out" else cards[target][1]
                first = self._rows[net.source.item]
                pieces = stacked.stretches(first, route, start - upper, arrival - upper)
                found[source, "" if to == "out" else target] = [
                    piece.moved(left, upper) for piece in pieces
                ]
        return found

    def _nets(self) -> list[Net]:
        number, members = self._number, set(self._group.vertices)
        ends: dict[int, dict[int, None]] = {}
        for source, target in self._edges:
            start = number["at" if source in members else "in", source]
            end = number["at" if target in members else "out", target if target in members else source]
            ends.setdefault(start, {})[end] = None
        return [
            Net(End(start), tuple(End(item) for item in found)) for start, found in ends.items()
        ]

    def _rows_of_members(self, depths: Mapping[str, int], first: int) -> dict[str, int]:
        """Put each member below all members that it follows, as far up as that allows."""
        members = self._group.vertices
        before: dict[str, list[str]] = {name: [] for name in members}
        for source, target in self._edges:
            if source in before and target in before:
                before[target].append(source)
        row_of: dict[str, int] = {}
        for name in sorted(members, key=depths.__getitem__):
            row_of[name] = max([row_of[b] + 1 for b in before[name]], default=first)
        return row_of
