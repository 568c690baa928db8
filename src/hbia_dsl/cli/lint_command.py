"""`hbia lint PATH...`: find what is valid in documents but likely not meant."""

import sys
from collections.abc import Sequence

from hbia_dsl.cli.command_failure import PROBLEMS
from hbia_dsl.cli.document_file import documents_named
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.drawing.drawn_graph import counted


def lint(paths: list[str], /, *, strict: bool = False, json: bool = False) -> int:
    """Find what is valid in documents but likely not meant.

    Args:
        paths: Documents, or folders with documents.
        strict: Count warnings as errors.
        json: Print JSON: a list of findings, with what keeps documents from loading.
    """
    from hbia_dsl.documents.document_reading import read_document  # loaded where it is used
    from hbia_dsl.documents.document_source import read_file  # as above
    from hbia_dsl.documents.lint_document import lint_document  # as above
    from hbia_dsl.errors import DocumentError  # as above

    named = documents_named(paths)
    named.tell_skipped()
    found: list[LintIssue] = []
    refused: list[Diagnostic] = []
    for file in named.files:
        try:
            found += lint_document(read_document(read_file(file)))
        except DocumentError as error:
            refused += error.diagnostics
            if not json:
                print(error, end="\n\n", file=sys.stderr)
    if json:
        print(_as_json(refused, found))
    else:
        _print(found, len(refused), len(named.files))
    is_failed = refused or any(strict or issue.severity == "error" for issue in found)
    return PROBLEMS if is_failed else 0


def _print(found: Sequence[LintIssue], refused: int, files: int) -> None:
    for issue in found:
        place = "" if issue.location is None else f"{issue.location.short()}: "
        print(f"{place}{issue.severity} {issue.code}: {issue.message}")
        if issue.suggestion is not None:
            print(f"    help: {issue.suggestion}")
    errors = sum(issue.severity == "error" for issue in found)
    counts = [counted(errors + refused, "error", "errors")]
    counts.append(counted(len(found) - errors, "warning", "warnings"))
    print(f"{counted(files, 'document', 'documents')}: {', '.join(counts)}")


def _as_json(refused: Sequence[Diagnostic], found: Sequence[LintIssue]) -> str:
    from json import dumps  # loaded where it is used

    rows = [_row(d.code.number, "error", d.message, d.help, d.location) for d in refused]
    rows += [_row(i.code, i.severity, i.message, i.suggestion, i.location) for i in found]
    return dumps(rows, indent=2)


def _row(
    code: str, severity: str, message: str, suggestion: str | None, place: Location | None
) -> dict[str, object]:
    return {
        "code": code,
        "severity": severity,
        "message": message,
        "suggestion": suggestion,
        "place": None if place is None else place.short(),
    }
