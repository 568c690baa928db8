"""Diagnostics as plain text: deterministic, ASCII frame, no colour.

The form is that of compilers: what, where, the line itself with the culprit marked,
what is known, one way out, and the command that explains more.
"""

from collections.abc import Iterable

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location


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
    from hbia_dsl.diagnostics.source_lookup import source_line  # reads a file

    subject = "" if location.subject is None else f", {location.subject}"
    lines = [f"  --> {location.short()}{subject}"]
    text = source_line(location.file, location.line)
    if text is None:
        return lines
    number = str(location.line)
    margin = " " * len(number)
    lines += [f"{margin} |", f"{number} | {text.expandtabs(1)}"]
    if location.column is not None:
        lines.append(f"{margin} | {' ' * location.column}{'^' * location.width}")
    lines.append(f"{margin} |")
    return lines
