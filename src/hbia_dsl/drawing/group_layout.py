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
from hbia_dsl.drawing.stacked_rows import stack_rows
from hbia_dsl.graph.atomic_group import AtomicGroup

ROW_GAP: Final = 34.0
_DOOR_GAP: Final = 18.0
_SIDE: Final = 16.0
TITLE_HEIGHT: Final = 22.0
"""Height of the strip at the top of a box, with the group's name."""

_ENTRY: Final = "entry"
_MEMBER: Final = "member"
_EXIT: Final = "exit"

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
    inside = _Inside(group, edges, texts, depths)
    return _Box(inside, group.name, texts).seen_from_corner()


class _Inside:
    """The level inside a group: doors above, members by depth, doors below."""

    def __init__(
        self,
        group: AtomicGroup,
        edges: Iterable[Pair],
        texts: Mapping[str, CardText],
        depths: Mapping[str, int],
    ) -> None:
        self._members = dict.fromkeys(group.vertices)
        self._edges = list(edges)
        self.entries = dict.fromkeys(s for s, _ in self._edges if s not in self._members)
        self.exits = dict.fromkeys(
            s for s, t in self._edges if s in self._members and t not in self._members
        )
        self.items = [(_ENTRY, name) for name in self.entries]
        self.items += [(_MEMBER, name) for name in self._members]
        self.items += [(_EXIT, name) for name in self.exits]
        self.number = {item: number for number, item in enumerate(self.items)}
        row_of = self._rows_of_members(depths, 1 if self.entries else 0)
        self.rows = [0] * len(self.entries)
        self.rows += [row_of[name] for name in self._members]
        self.rows += [max(row_of.values()) + 1] * len(self.exits)
        sizes = [texts[name] if kind == _MEMBER else None for kind, name in self.items]
        self.heights = [0.0 if size is None else size.height for size in sizes]
        widths = [0.0 if size is None else size.width for size in sizes]
        self.level = Level(widths, self.rows, self._nets())

    def _nets(self) -> list[Net]:
        number, members = self.number, self._members
        ends: dict[int, dict[int, None]] = {}
        for source, target in self._edges:
            start = number[_MEMBER if source in members else _ENTRY, source]
            end = number[(_MEMBER, target) if target in members else (_EXIT, source)]
            ends.setdefault(start, {})[end] = None
        return [
            Net(End(start), tuple(End(item) for item in found)) for start, found in ends.items()
        ]

    def _rows_of_members(self, depths: Mapping[str, int], first: int) -> dict[str, int]:
        """Put each member below all members that it follows, as far up as that allows."""
        before: dict[str, list[str]] = {name: [] for name in self._members}
        for source, target in self._edges:
            if source in before and target in before:
                before[target].append(source)
        row_of: dict[str, int] = {}
        for name in sorted(before, key=depths.__getitem__):
            row_of[name] = max([row_of[b] + 1 for b in before[name]], default=first)
        return row_of


class _Box:
    """The laid out inside of a group with room around it."""

    def __init__(self, inside: _Inside, name: str, texts: Mapping[str, CardText]) -> None:
        self._inside = inside
        self._texts = texts
        self._stacked = stack_rows(inside.level, inside.heights, ROW_GAP, _DOOR_GAP)
        placed = self._stacked.placed
        title = text_width(name, NOTE_SIZE) + 3 * _SIDE
        self._width = max(placed.width + 2 * _SIDE, title)
        self._left = (self._width - placed.width) / 2
        # Doors are rows without height: with them, the room at the ends is there already.
        self._upper = TITLE_HEIGHT if inside.entries else TITLE_HEIGHT + _DOOR_GAP / 2
        lower = 0.0 if inside.exits else _SIDE
        self._height = self._upper + self._stacked.height + lower
        self._cards = {n: self._corner(n) for kind, n in inside.items if kind == _MEMBER}

    def seen_from_corner(self) -> GroupLayout:
        """Return the places of everything, from the upper left corner of the box."""
        inside, placed = self._inside, self._stacked.placed
        from_middle = self._left - self._width / 2
        lines = self._lines()
        return GroupLayout(
            self._width,
            self._height,
            self._cards,
            {n: from_middle + placed.centres[inside.number[_ENTRY, n]] for n in inside.entries},
            {n: from_middle + placed.centres[inside.number[_EXIT, n]] for n in inside.exits},
            {pair: found for pair, found in lines.items() if pair[1]},
            {source: found for (source, target), found in lines.items() if not target},
            placed.crossings,
        )

    def _corner(self, name: str) -> tuple[float, float]:
        item, text = self._inside.number[_MEMBER, name], self._texts[name]
        middle = self._upper + self._stacked.middle(self._inside.rows[item])
        centre = self._left + self._stacked.placed.centres[item]
        return centre - text.width / 2, middle - text.height / 2

    def _lines(self) -> dict[Pair, Sequence[Stretch]]:
        """Return all lines by source and target; the target of one that goes out is empty."""
        inside, upper = self._inside, self._upper
        found: dict[Pair, Sequence[Stretch]] = {}
        for net, routes in zip(inside.level.nets, self._stacked.placed.routes, strict=True):
            kind, source = inside.items[net.source.item]
            start = 0.0
            if kind == _MEMBER:
                start = self._cards[source][1] + self._texts[source].height
            first = inside.rows[net.source.item]
            for end, route in zip(net.targets, routes, strict=True):
                to, name = inside.items[end.item]
                arrival = self._height if to == _EXIT else self._cards[name][1]
                pieces = self._stacked.stretches(first, route, start - upper, arrival - upper)
                found[source, "" if to == _EXIT else name] = [
                    piece.moved(self._left, upper) for piece in pieces
                ]
        return found
