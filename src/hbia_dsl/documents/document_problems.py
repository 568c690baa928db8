"""What is wrong with a document: collected first, told together, in the order of places."""

from collections.abc import Callable, Collection
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import DiagnosticCode
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.documents.place import Place
from hbia_dsl.errors import DocumentError

MOST_SHOWN: Final = 100
"""How many problems one report holds; it says how many more there are."""
MOST_COMPARED: Final = 20_000
"""How many names one report compares in search of what was meant: some 0.2 s."""
_LONGEST_COMPARED: Final = 60
_LONGEST_NAMED: Final = 60

Help = str | None | Callable[[], str | None]
"""A way out, or what finds it: searching names takes a moment, and is done for what is shown."""


@attrs.frozen
class _Problem:
    code: DiagnosticCode
    place: Place
    message: str
    help: Help
    notes: tuple[str, ...]
    drawing: tuple[str, ...]


class DocumentProblems:
    """Collects the problems of one document."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._found: list[_Problem] = []
        self._to_compare = MOST_COMPARED

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self,
        code: DiagnosticCode,
        place: Place,
        message: str,
        help: Help = None,  # noqa: A002 - as the field of a `Diagnostic` is called
        *,
        notes: tuple[str, ...] = (),
        drawing: tuple[str, ...] = (),
    ) -> None:
        """Take a problem down."""
        self._found.append(_Problem(code, place, message, help, notes, drawing))

    def near(
        self, name: str, candidates: Collection[str], otherwise: str | None = None
    ) -> Callable[[], str | None]:
        """Return what finds "did you mean ...?" when the report is made."""

        def find() -> str | None:
            if len(name) > _LONGEST_COMPARED or len(candidates) > self._to_compare:
                return otherwise
            self._to_compare -= len(candidates)
            short = [c for c in candidates if len(c) <= _LONGEST_COMPARED and c != name]
            return did_you_mean(name, short) or otherwise

        return find

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the problems in the order of their places, at most `MOST_SHOWN`."""
        in_order = sorted(self._found, key=lambda problem: problem.place[:2])
        shown = [self._diagnostic(problem) for problem in in_order[:MOST_SHOWN]]
        left = len(in_order) - len(shown)
        if left:
            more = f"{left:,} more problem{'s' if left > 1 else ''} of this document not shown"
            shown[-1] = attrs.evolve(shown[-1], notes=(*shown[-1].notes, more))
        return tuple(shown)

    def raise_if_any(self) -> None:
        """Raise what was collected.

        Raises:
            DocumentError: There are problems.
        """
        if self._found:
            raise DocumentError(*self.diagnostics())

    def _diagnostic(self, problem: _Problem) -> Diagnostic:
        return Diagnostic(
            problem.code,
            problem.message,
            location=self._text.location(problem.place),
            drawing=problem.drawing,
            notes=problem.notes,
            help=problem.help() if callable(problem.help) else problem.help,
        )


def named(text: str) -> str:
    """Return a text of a document as a message shows it: in backquotes, short and printable."""
    return f"`{_short(text)}`"


def quoted(text: str) -> str:
    """Return a text as one writes it in a document: in double quotes."""
    return f'"{_short(text)}"'


def _short(text: str) -> str:
    short = text if len(text) <= _LONGEST_NAMED else f"{text[: _LONGEST_NAMED - 3]}..."
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)
