"""A reported problem as a value.

Whoever finds a problem builds a `Diagnostic`; whoever shows it renders it
(`text_report`). So a problem can be collected with others, compared in a test and
shown again in another form. It holds names and places only: never an argument
value, an absolute path or a memory address.
"""

import attrs

from hbia_dsl.diagnostics.diagnostic_code import DiagnosticCode
from hbia_dsl.diagnostics.location import Location


@attrs.frozen
class Diagnostic:
    """One problem: the rule that was broken, where, what is known, and a way out."""

    code: DiagnosticCode
    """Which rule; its number leads to a page (`hbia explain HB201`)."""
    message: str
    """One sentence in the user's words, with the names involved."""
    location: Location | None = None
    """Where the user wrote it; None if no source is known."""
    drawing: tuple[str, ...] = ()
    """Lines shown below the place as they are: a cycle, a path."""
    notes: tuple[str, ...] = ()
    """Facts that help: near misses, other places."""
    help: str | None = None
    """One instruction that the user can follow now."""

    @property
    def headline(self) -> str:
        """The opening line without its prefix: message and place, on one line."""
        place = "" if self.location is None else f" ({self.location.short()})"
        return f"{self.message}{place}"

    @property
    def one_line(self) -> str:
        """Place and message on one line, as editors read it: `doc.yaml:3:5: message`."""
        return self.message if self.location is None else f"{self.location.short()}: {self.message}"
