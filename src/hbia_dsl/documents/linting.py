"""All rules of lint, applied to all flows of a document."""

from collections.abc import Iterable

from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.documents.lint_rules import RULES
from hbia_dsl.documents.lint_subject import LintFlow


def lint_flows(flows: Iterable[LintFlow]) -> list[LintIssue]:
    """Return what the rules find: errors first, and then in the order of the document."""
    found = [issue for flow in flows for rule in RULES for issue in rule(flow)]
    # Sorting keeps the order of what is equal: without places, that of flows and rules.
    return sorted(found, key=_rank)


def _rank(issue: LintIssue) -> tuple[bool, int, int]:
    place = issue.location
    line, column = (0, 0) if place is None else (place.line, place.column or 0)
    return issue.severity != "error", line, column
