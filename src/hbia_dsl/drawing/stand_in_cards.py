"""Cards that stand for what is elsewhere: inputs of the flow, and vertices far above.

A line down a whole drawing says less than a small card with a name right above the one
that takes the value. An input has one card for users near to each other, and another one
where it is needed again far below; so has a vertex whose result is taken far below it.
"""

from collections.abc import Iterable
from typing import Final

import attrs

from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnInput, DrawnReference

INPUT_REACH: Final = 3
"""How many stages below a card of an input its users can be."""
VERTEX_REACH: Final = 12
"""How many stages below a vertex, or a card that stands for it, its users can be."""

Edge = tuple[str, str]
"""Key of the source and name of the vertex that takes from it."""


@attrs.frozen
class StandInCard:
    """One card that stands for an input or for a vertex."""

    shows: DrawnInput | DrawnReference
    stage: int
    """The stage beside which it stands: right above that of its first user."""


class StandInCards:
    """All such cards, and which one a vertex takes its value from."""

    def __init__(self, flow: DrawnFlow) -> None:
        self.cards: dict[str, StandInCard] = {}
        """By key."""
        self.card_for: dict[Edge, str] = {}
        """The key of a card; edges that start at the vertex itself are not in it."""
        stage_of = {vertex.name: vertex.stage for vertex in flow.vertices}
        users: dict[str, list[tuple[int, str]]] = {}
        for edge in flow.edges:
            users.setdefault(edge.source, []).append((stage_of[edge.target], edge.target))
        for drawn in flow.inputs:
            self._add(drawn, drawn.key, users.get(drawn.key, ()), INPUT_REACH)
        for vertex in flow.vertices:
            nearest = vertex.stage + VERTEX_REACH
            far = [user for user in users.get(vertex.name, ()) if user[0] > nearest]
            reference = DrawnReference(vertex.name, vertex.returns)
            self._add(reference, vertex.name, far, VERTEX_REACH)

    def _add(
        self,
        shows: DrawnInput | DrawnReference,
        source: str,
        users: Iterable[tuple[int, str]],
        reach: int,
    ) -> None:
        """Give each user the card above it that is near enough, or a new one."""
        key, last = "", 0
        for stage, user in sorted(users):
            if not key or stage - last > reach:
                key, last = f"{source} {stage}", stage - 1
                self.cards[key] = StandInCard(shows, last)
            self.card_for[source, user] = key
