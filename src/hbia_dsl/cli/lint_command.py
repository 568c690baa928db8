"""`hbia lint PATH...`: find what is valid in documents but likely not meant."""

import sys
from collections.abc import Sequence

from hbia_dsl.cli.command_failure import PROBLEMS
from hbia_dsl.cli.document_file import documents_named
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.drawing.drawn_graph import counted


def lint(paths: list[str], /, *, strict: bool = False, json: bool = False) -> int:
    """Find what is valid in documents but likely not meant.

    Args:
        paths: Documents, or folders with documents.
        strict: Count warnings as errors.
        json: Print JSON: a list of findings.
    """
    from hbia_dsl.documents.document_reading import read_document  # loaded where it is used
    from hbia_dsl.documents.document_source import read_file  # as above
    from hbia_dsl.documents.lint_document import lint_document  # as above
    from hbia_dsl.errors import DocumentError  # as above

    files = documents_named(paths)
    found: list[LintIssue] = []
    are_valid = True
    for file in files:
        try:
            found += lint_document(read_document(read_file(file)))
        except DocumentError as error:
            are_valid = False
            print(error, end="\n\n", file=sys.stderr)
    if json:
        print(_as_json(found))
    else:
        _print(found, len(files))
    is_failed = any(strict or issue.severity == "error" for issue in found)
    return PROBLEMS if is_failed or not are_valid else 0


def _print(found: Sequence[LintIssue], files: int) -> None:
    for issue in found:
        place = "" if issue.location is None else f"{issue.location.short()}: "
        print(f"{place}{issue.severity} {issue.code}: {issue.message}")
        if issue.suggestion is not None:
            print(f"    help: {issue.suggestion}")
    errors = sum(issue.severity == "error" for issue in found)
    counts = [counted(errors, "error", "errors")]
    counts.append(counted(len(found) - errors, "warning", "warnings"))
    print(f"{counted(files, 'document', 'documents')}: {', '.join(counts)}")


def _as_json(found: Sequence[LintIssue]) -> str:
    from json import dumps  # loaded where it is used

    rows = [
        {
            "code": issue.code,
            "severity": issue.severity,
            "message": issue.message,
            "suggestion": issue.suggestion,
            "place": None if issue.location is None else issue.location.short(),
        }
        for issue in found
    ]
    return dumps(rows, indent=2)
