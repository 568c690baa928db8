"""The diagnostics of one wiring, gathered in the order of the vertices.

Problems are found pass by pass, but a reader mends vertex by vertex. And what follows
from another problem is not reported: for that, this remembers what is not known.
"""

import sys
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic

BEFORE_VERTICES: Final = -1
"""Place in a report of what is wrong with the flow's inputs."""
AFTER_VERTICES: Final = sys.maxsize
"""Place in a report of what is wrong with the flow as a whole."""


class Problems:
    """A growing report."""

    __slots__ = (
        "_found",
        "are_inputs_unknown",
        "is_provider_unknown",
        "place_of",
        "unread_parameters",
    )

    def __init__(self) -> None:
        self._found: list[tuple[int, Diagnostic]] = []
        self.is_provider_unknown = False
        """Whether a vertex is broken so that nobody knows what it would provide."""
        self.are_inputs_unknown = False
        """Whether the flow declares its inputs in a way that cannot be read."""
        self.unread_parameters: set[str] = set()
        """Parameters, or inputs, of which a problem hides what they take, or who takes them."""
        self.place_of: dict[int, str | None] = {}
        """Where a document states the vertex at a place in the flow."""

    def add(self, order: int, diagnostic: Diagnostic) -> None:
        """Add a problem of the vertex at a place, or `BEFORE_VERTICES`, `AFTER_VERTICES`."""
        place = self.place_of.get(order)
        if place is not None:
            note = f"the vertex is stated at {place}"
            diagnostic = attrs.evolve(diagnostic, notes=(*diagnostic.notes, note))
        self._found.append((order, diagnostic))

    def __bool__(self) -> bool:
        return bool(self._found)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Return the report; problems of one vertex in the order they were found."""
        return tuple(diagnostic for _, diagnostic in sorted(self._found, key=lambda f: f[0]))
