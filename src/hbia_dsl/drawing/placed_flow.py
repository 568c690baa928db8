"""A flow with a place for everything on it: what a picture is made from.

All lengths are in pixels at 100 %; the origin is the upper left corner.
"""

from collections.abc import Sequence

import attrs

from hbia_dsl.drawing.card_size import CardText
from hbia_dsl.drawing.drawn_graph import (
    DrawnEdge,
    DrawnFlow,
    DrawnInput,
    DrawnReference,
    DrawnVertex,
)
from hbia_dsl.graph.atomic_group import AtomicGroup

Shown = DrawnVertex | DrawnInput | DrawnReference
"""What a card can show."""


@attrs.frozen
class PlacedCard:
    """A card: of a vertex, or one that stands for an input or for a vertex far above."""

    key: str
    """Its name among the cards; that of a vertex is the name of the vertex."""
    left: float
    top: float
    text: CardText
    shows: Shown

    @property
    def right(self) -> float:
        """Its right end."""
        return self.left + self.text.width

    @property
    def bottom(self) -> float:
        """Its lower end."""
        return self.top + self.text.height


@attrs.frozen
class PlacedGroup:
    """The box around the members of an atomic group."""

    left: float
    top: float
    width: float
    height: float
    group: AtomicGroup


@attrs.frozen
class Stretch:
    """A vertical piece of a line; curves join one stretch to the next."""

    x: float
    top: float
    bottom: float

    def moved(self, right: float, down: float) -> "Stretch":
        """Return the same piece elsewhere."""
        return Stretch(self.x + right, self.top + down, self.bottom + down)


@attrs.frozen
class PlacedEdge:
    """A line from the lower end of one card to the upper end of another."""

    stretches: Sequence[Stretch]
    """From top to bottom."""
    edge: DrawnEdge


@attrs.frozen
class Band:
    """The height at which one stage is."""

    stage: int
    top: float
    bottom: float


@attrs.frozen
class PlacedFlow:
    """A flow and the places of all its parts."""

    flow: DrawnFlow
    width: float
    height: float
    cards: Sequence[PlacedCard]
    """The vertices of the flow, then those that stand for something."""
    groups: Sequence[PlacedGroup]
    edges: Sequence[PlacedEdge]
    bands: Sequence[Band]
    crossings: int
    """How often lines cross."""
