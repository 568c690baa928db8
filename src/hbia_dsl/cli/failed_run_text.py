"""What is told of a run that failed: each failure, what became of groups, what never ran."""

import os
import re
import traceback
from typing import Final

from hbia_dsl.cli.text_output import printable
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.source_lookup import source_line
from hbia_dsl.errors import FlowFailed, HbiaError
from hbia_dsl.kernel.conclusion import DEADLINE_KEY

_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MOST_SKIPPED: Final = 20
"""How many skipped vertices are named."""


def failed_run_text(flow: str, failed: FlowFailed) -> str:
    """Return the report of a failed run; no traceback.

    Args:
        flow: What the flow is called.
        failed: What the run raised.
    """
    parts = [_failure(name, error) for name, error in failed.failures.items()]
    notes = notes_of(failed)
    if notes:
        parts.append("\n".join(notes))
    if failed.skipped:
        more = len(failed.skipped) - _MOST_SKIPPED
        named = ", ".join(failed.skipped[:_MOST_SKIPPED])
        parts.append(f"skipped: {named}" + (f" and {more} more" if more > 0 else ""))
    parts.append(f"flow `{flow}` failed; --traceback shows where, step by step")
    return "\n\n".join(parts)


def notes_of(error: BaseException) -> list[str]:
    """Return the notes of an error, each on a line of its own: mostly about atomic groups."""
    return [" ".join(printable(note).split("\n")) for note in getattr(error, "__notes__", ())]


def who_ended(end: SystemExit) -> str:
    """Return what called `sys.exit`, with its place, as far as it is known."""
    # The first note of what leaves a run bare names the vertex that raised it.
    named = re.match(r"vertex `[^`]*`", next(iter(getattr(end, "__notes__", ())), ""))
    place = place_of_failure(end)
    who = "code that was run" if named is None else named.group()
    return who if place is None else f"{who} ({place.short()})"


def place_of_failure(error: BaseException) -> Location | None:
    """Return the innermost line of the user's code in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith(("<", _PACKAGE + os.sep))]
    near = [f for f in own if "site-packages" not in f.filename and not _is_standard(f.filename)]
    last = (near or own)[-1:]
    return Location(last[0].filename, last[0].lineno or 1) if last else None


def _failure(name: str, error: Exception) -> str:
    if name == DEADLINE_KEY:
        return str(error).replace("`timeout_s`", "--timeout")
    if isinstance(error, HbiaError):
        return f"vertex `{name}` failed\n{error}" if not name.startswith("(") else str(error)
    message = printable(message_of(error)).strip()
    told = f": {message}" if message else ""
    lines = [f"vertex `{name}` raised {type(error).__name__}{told}"]
    place = place_of_failure(error)
    if place is not None:
        lines.append(f"  --> {place.short()}")
        source = source_line(place.file, place.line)
        if source is not None:
            number = str(place.line)
            margin = " " * len(number)
            lines += [f"{margin} |", f"{number} | {source.expandtabs(1)}", f"{margin} |"]
    return "\n".join(lines)


def message_of(error: Exception) -> str:
    """Return what an error says, whatever its class makes of that."""
    try:
        return str(error)
    except Exception as fault:  # noqa: BLE001 - a `__str__` of the user's own
        return f"<str raised {type(fault).__name__}>"


def _is_standard(file: str) -> bool:
    return file.startswith(os.path.dirname(os.__file__) + os.sep)
