"""Cards for the inputs of a flow: one each, and another one where it is needed again far below.

An input that vertices take all over a flow would otherwise be a line down the whole
drawing.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnInput

REACH: Final = 3
"""From this many stages below a card of an input on, its users get a card of their own."""


@attrs.frozen
class InputCard:
    """One card of an input."""

    key: str
    shows: DrawnInput
    stage: int
    """The stage beside which it stands: right above that of its first user."""


@attrs.frozen
class InputCards:
    """The cards of all inputs, and which one a vertex takes its value from."""

    cards: Mapping[str, InputCard]
    """By key, in the order of the inputs."""
    card_for: Mapping[tuple[str, str], str]
    """By key of an input and name of a vertex: the key of a card."""


def find_input_cards(flow: DrawnFlow) -> InputCards:
    """Find the cards that the inputs of a flow need."""
    stage_of = {vertex.name: vertex.stage for vertex in flow.vertices}
    users: dict[str, list[str]] = {drawn.key: [] for drawn in flow.inputs}
    for edge in flow.edges:
        if edge.source in users:
            users[edge.source].append(edge.target)
    cards: dict[str, InputCard] = {}
    card_for: dict[tuple[str, str], str] = {}
    for drawn in flow.inputs:
        card: InputCard | None = None
        for user in sorted(users[drawn.key], key=stage_of.__getitem__):
            stage = stage_of[user]
            if card is None or stage - card.stage > REACH:
                key = drawn.key if card is None else f"{drawn.key} {stage}"
                card = cards[key] = InputCard(key, drawn, stage - 1)
            card_for[drawn.key, user] = card.key
    return InputCards(cards, card_for)
