"""Where something stands in a document."""

from typing import Final, NamedTuple


class Place(NamedTuple):
    """A mark in the text of a document; a tuple, because a document has thousands."""

    line: int
    """1-based; 0 if the document was given as data and has no lines."""
    column: int
    """0-based, in characters."""
    width: int
    """How many characters are marked, at least 1."""


NOWHERE: Final = Place(0, 0, 1)
"""The place of everything in a document that was given as data."""
