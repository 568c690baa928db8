"""How large the card of a vertex is, and what is written on it.

No font is at hand where a flow is drawn. Cards are lettered in a monospaced one, and
all of those are about three fifths as wide as they are high.
"""

import unicodedata
from typing import Final

import attrs

from hbia_dsl.drawing.drawn_graph import DrawnVertex

NAME_SIZE: Final = 13.0
"""Height of the letters of a name, in pixels as all lengths here."""
NOTE_SIZE: Final = 11.0
"""Height of smaller letters."""
CARD_HEIGHT: Final = 46.0
PILL_HEIGHT: Final = 26.0
BADGE_WIDTH: Final = 44.0
"""Width of the mark of an async vertex, with the room before it."""

_WIDTH_OF_LETTER: Final = 0.61
_PADDING: Final = 30.0
_LONGEST_NAME: Final = 34
_LONGEST_NOTE: Final = 36
_LEAST_WIDTH: Final = 84.0
_ARROW_ROOM: Final = 11.0
_WIDEST_FOR_ARROWS: Final = 480.0


@attrs.frozen
class CardText:
    """What is written on a card, and its size."""

    name: str
    note: str
    """The second, smaller line; empty if there is none."""
    width: float
    height: float


def card_of_vertex(vertex: DrawnVertex, arriving: int = 0) -> CardText:
    """Return the card of a vertex: its name, and the type of its result.

    Args:
        vertex: The vertex.
        arriving: How many lines end at it; their arrow heads need room.
    """
    name = shortened_name(vertex.name, _LONGEST_NAME)
    note = shortened(vertex.returns, _LONGEST_NOTE)
    badge = BADGE_WIDTH if vertex.is_async else 0.0
    lettered = max(text_width(name, NAME_SIZE) + badge, text_width(note, NOTE_SIZE))
    heads = min(arriving * _ARROW_ROOM, _WIDEST_FOR_ARROWS)
    width = max(_LEAST_WIDTH, lettered + _PADDING, heads + _PADDING)
    return CardText(name, note, width, CARD_HEIGHT)


def card_of_name(name: str) -> CardText:
    """Return a small card with a name on it."""
    shown = shortened_name(name, _LONGEST_NAME)
    return CardText(shown, "", text_width(shown, NOTE_SIZE) + _PADDING - 4, PILL_HEIGHT)


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in letters of a given height."""
    return columns(text) * size * _WIDTH_OF_LETTER


def columns(text: str) -> int:
    """Return how many columns a text takes in a monospaced font."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(letter) for letter in text)


def _columns_of(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def shortened(text: str, most: int) -> str:
    """Return a text with its end left out if it is too wide."""
    return text if columns(text) <= most else _head(text, most - 3) + "..."


def shortened_name(text: str, most: int) -> str:
    """Return a name with its middle left out if it is too wide: ends tell names apart."""
    if columns(text) <= most:
        return text
    tail = (most - 3) // 2
    return _head(text, most - 3 - tail) + "..." + _head(text[::-1], tail)[::-1]


def _head(text: str, most: int) -> str:
    width = 0
    for place, letter in enumerate(text):
        width += _columns_of(letter)
        if width > most:
            return text[:place]
    return text
