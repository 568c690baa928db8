"""What lint found, as a value."""

from typing import Literal

import attrs

from hbia_dsl.diagnostics.location import Location

Severity = Literal["error", "warning"]
"""An error keeps a document from doing what it says; a warning is about its style."""


@attrs.frozen
class LintIssue:
    """One finding of lint."""

    code: str
    """`E` or `W` and three digits; those from 101 on are not the original's."""
    severity: Severity
    message: str
    """One sentence, with the names involved."""
    suggestion: str | None = None
    """What to write instead."""
    location: Location | None = None
    """Where it is; None if the document was given as data."""

    def __str__(self) -> str:
        place = "" if self.location is None else f"{self.location.short()}: "
        way = "" if self.suggestion is None else f" ({self.suggestion})"
        return f"{place}{self.code} {self.message}{way}"
