"""Diagnostics as plain text: deterministic, ASCII frame, no colour.

The form is that of compilers: what, where, the line itself with the culprit marked,
what is known, one way out, and the command that explains more.
"""

from collections.abc import Iterable
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location

_LONGEST_LINE: Final = 200
"""Of a longer line only the part around the mark is shown."""


def render(diagnostic: Diagnostic) -> str:
    """Return one diagnostic as lines of text, without a final newline."""
    lines = [f"error[{diagnostic.code.number}]: {diagnostic.message}"]
    if diagnostic.location is not None:
        lines += _place(diagnostic.location)
    elif diagnostic.drawing:
        lines.append("   |")
    lines += [f"   |  {line}".rstrip() for line in diagnostic.drawing]
    if diagnostic.drawing:
        lines.append("   |")
    lines += [f"   = note: {note}" for note in diagnostic.notes]
    if diagnostic.help is not None:
        lines.append(f"help: {diagnostic.help}")
    lines.append(f"more: hbia explain {diagnostic.code.number}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Return several diagnostics, a blank line between them."""
    return "\n\n".join(render(diagnostic) for diagnostic in diagnostics)


def _place(location: Location) -> list[str]:
    subject = "" if location.subject is None else f", {location.subject}"
    lines = [f"  --> {location.short()}{subject}"]
    text = _line_text(location)
    if text is None:
        return lines
    number = str(location.line)
    margin = " " * len(number)
    column, width = location.column, location.width
    if column is not None and len(text) > _LONGEST_LINE:
        text, column = _window(text, column)
        width = max(1, min(width, len(text) - column))
    lines += [f"{margin} |", f"{number} | {text.expandtabs(1)}"]
    if column is not None:
        lines.append(f"{margin} | {' ' * column}{'^' * width}")
    lines.append(f"{margin} |")
    return lines


def _line_text(location: Location) -> str | None:
    if location.text is not None:
        return location.text.rstrip()
    from hbia_dsl.diagnostics.source_lookup import source_line  # reads a file

    return source_line(location.file, location.line)


def _window(text: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around a column, and the column in that part."""
    first = max(0, min(column - _LONGEST_LINE // 2, len(text) - _LONGEST_LINE))
    part = text[first : first + _LONGEST_LINE]
    return (f"...{part}", column - first + 3) if first else (part, column)
