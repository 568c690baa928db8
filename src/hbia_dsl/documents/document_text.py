"""The text of a document as its reports show it: its name and its lines."""

from functools import cached_property

from hbia_dsl.diagnostics.location import Location
from hbia_dsl.documents.place import Place

_NOT_SHOWN = str.maketrans(
    {
        chr(code): "\N{REPLACEMENT CHARACTER}"
        for code in (*range(9), *range(10, 32), *range(127, 160))
    }
)


class DocumentText:
    """A text and what it is called, from which places in reports are made.

    The lines come from the text that was read, so a report is right also for a text
    that is in no file, or in one that has changed since.
    """

    def __init__(self, origin: str, text: str | None) -> None:
        self.origin = origin
        """The path, or a name in angle brackets."""
        self.text = text
        """None for a document that was given as data: it has no lines."""

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return [] if self.text is None else self.text.splitlines()

    def location(self, place: Place) -> Location | None:
        """Return a place as reports show it; None if the document has no lines."""
        if self.text is None or place.line < 1:
            return None
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        shown = line.translate(_NOT_SHOWN)
        return Location(self.origin, place.line, place.column, place.width, text=shown)
