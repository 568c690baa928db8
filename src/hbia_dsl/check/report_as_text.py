"""A check's report for people: every problem, what was not proven, and one line at the end."""

from collections.abc import Iterator

from hbia_dsl.judging.check_report import CheckReport


def report_as_text(report: CheckReport, *, explain: bool = False) -> str:
    """Return the report, without what kept flows from being checked.

    Args:
        report: The report.
        explain: Whether every edge is listed, with the rule that chose it and why.
    """
    parts = ["\n".join(_explained(report))] if explain and report.flows else []
    return "\n\n".join([*parts, report.findings_text]) + "\n"


def _explained(report: CheckReport) -> Iterator[str]:
    from hbia_dsl.check.explanation import explain_edges  # loaded where it is used

    for judged in report.flows:
        yield f"flow `{judged.wired.name}` ({judged.name})"
        for edge in explain_edges(judged.wired):
            yield f"  {edge}"
