"""A check's report for programs: one JSON object."""

import json
from typing import Final

from hbia_dsl.check.explanation import explain_edges
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.judging.check_report import CheckReport, Finding, NotProven
from hbia_dsl.judging.judged_flow import JudgedFlow

_VERSION: Final = 1
"""Goes up when a field changes its meaning or goes away; new fields may come at any time."""

_Object = dict[str, object]


def report_as_json(report: CheckReport, *, explain: bool = False) -> str:
    """Return the report as JSON.

    Args:
        report: The report.
        explain: Whether flows hold their edges, with the rule that chose each and why.
    """
    content = {
        "version": _VERSION,
        "exit_code": report.exit_code,
        "tool": report.tool,
        "flows": [_flow(judged, explain=explain) for judged in report.flows],
        "problems": [_finding(finding) for finding in report.findings],
        "failures": [_diagnostic(diagnostic) for diagnostic in report.failures],
        "not_proven": [_not_proven(item) for item in report.not_proven],
    }
    return json.dumps(content, indent=2) + "\n"


def _flow(judged: JudgedFlow, *, explain: bool) -> _Object:
    content: _Object = {
        "target": judged.name,
        "flow": judged.wired.name,
        "vertices": len(judged.wired.vertices),
    }
    if explain:
        content["edges"] = [
            {
                "vertex": edge.vertex,
                "parameter": edge.parameter,
                "sources": list(map(str, edge.sources)),
                "rule": edge.rule.value,
                "why": edge.why,
            }
            for edge in explain_edges(judged.wired)
        ]
    return content


def _finding(finding: Finding) -> _Object:
    binding = finding.binding
    return {
        **_diagnostic(finding.diagnostic),
        "target": finding.flow,
        "vertex": finding.vertex,
        "parameter": finding.parameter,
        "sources": [] if binding is None else list(map(str, binding.sources)),
        "rule": "" if binding is None else binding.rule.value,
        "checker_message": finding.said,
        "checker_rule": finding.rule,
    }


def _diagnostic(diagnostic: Diagnostic) -> _Object:
    return {
        "code": diagnostic.code.number,
        "title": diagnostic.code.title,
        "message": diagnostic.message,
        **_location(diagnostic.location),
        "drawing": list(diagnostic.drawing),
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _not_proven(item: NotProven) -> _Object:
    return {"target": item.flow, "text": item.text, **_location(item.location)}


def _location(location: Location | None) -> _Object:
    """Return a place; columns count from 1, as editors show them."""
    if location is None:
        return {"file": None, "line": None, "column": None, "end_column": None}
    column = None if location.column is None else location.column + 1
    return {
        "file": location.shown_file(),
        "line": location.line,
        "column": column,
        "end_column": None if column is None else column + location.width,
    }
