"""What to say about a type checker that cannot judge."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import CHECKER_FAILED, CHECKER_MISSING
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.errors import CheckError
from hbia_dsl.judging.judge import Remark, Severity

_INSTALL: Final[Mapping[str, str]] = {
    "mypy": "install the extra: pip install 'hbia-dsl[check]'",
    "pyright": "install it beside hbia_dsl: pip install 'pyright[nodejs]'",
}

_MOST_LINES: Final = 5
"""Lines of a checker's own words that a report shows."""


def checker_missing(tool: str) -> CheckError:
    """Say that a checker is not installed, and how to install it."""
    return CheckError(
        Diagnostic(
            CHECKER_MISSING,
            f"{tool} is not installed for this Python, so no flow was checked",
            help=_INSTALL.get(tool),
        )
    )


def checker_failed(
    tool: str, status: int, elsewhere: Sequence[Remark], words: Iterable[str]
) -> CheckError:
    """Say that a checker gave up, with what it said itself."""
    errors = [remark for remark in elsewhere if remark.severity is Severity.ERROR]
    said = [f"{_relative(r.file)}:{r.line}: {r.message}" for r in errors]
    said += [_without_folders(word) for word in words]
    place = Location(errors[0].file, max(errors[0].line, 1)) if errors else None
    return CheckError(
        Diagnostic(
            CHECKER_FAILED,
            f"{tool} gave up with exit status {status}, so no flow was checked",
            location=place,
            notes=tuple(f"{tool}: {line}" for line in said[:_MOST_LINES]),
            help=f"let {tool} run over your project by itself first",
        )
    )


def _relative(file: str) -> str:
    return Location(file, 1).shown_file()


def _without_folders(text: str) -> str:
    """Leave out the folders of absolute paths."""
    here = os.getcwd() + os.sep
    return re.sub(r"(?<![\w.])(/[^/\s:'\"]+)+/", "", text.replace(here, ""))
