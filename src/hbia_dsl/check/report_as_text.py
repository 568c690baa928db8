"""A check's report for people: every problem, what was not proven, and one line at the end."""

from collections.abc import Iterator

from hbia_dsl.check.check_report import CheckReport
from hbia_dsl.check.explanation import explain_edges
from hbia_dsl.diagnostics.text_report import render


def report_as_text(report: CheckReport, *, explain: bool = False) -> str:
    """Return the report, without what kept flows from being checked.

    Args:
        report: The report.
        explain: Whether every edge is listed, with the rule that chose it and why.
    """
    parts = ["\n".join(_explained(report))] if explain and report.flows else []
    parts += [render(finding.diagnostic) for finding in report.findings]
    if report.not_proven:
        parts.append("\n".join(_not_proven(report)))
    parts.append(summary(report))
    return "\n\n".join(parts) + "\n"


def summary(report: CheckReport) -> str:
    """Return the whole report as one line."""
    flows = _counted(len(report.flows), "flow")
    counted = f"{flows}, {_counted(report.vertex_count, 'vertex', 'vertices')}"
    if report.exit_code == 2:
        found = "not everything could be checked"
    elif report.findings:
        found = _counted(len(report.findings), "problem")
    else:
        found = "no problems"
    judged = f" (judged by {report.tool})" if report.tool else ""
    return f"{counted}: {found}{judged}"


def _explained(report: CheckReport) -> Iterator[str]:
    for found in report.flows:
        yield f"flow `{found.wired.name}` ({found.name})"
        for edge in explain_edges(found.wired):
            yield f"  {edge}"


def _not_proven(report: CheckReport) -> Iterator[str]:
    yield "not proven:"
    for item in report.not_proven:
        place = "" if item.location is None else f" ({item.location.short()})"
        yield f"  {item.flow}: {item.text}{place}"


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
