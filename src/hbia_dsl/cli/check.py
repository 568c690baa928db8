"""`hbia check TARGET...`: have a type checker judge flows, and print what it finds."""

import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from hbia_dsl.cli.document_file import refuse_documents
from hbia_dsl.cli.named_flows import FLOW_TARGETS
from hbia_dsl.cli.separate_output import results_alone


def check(
    targets: Annotated[list[str], Parameter(help=FLOW_TARGETS)],
    /,
    *,
    tool: Literal["mypy", "pyright"] = "mypy",
    strict_any: bool = False,
    explain: bool = False,
    form: Annotated[Literal["text", "json", "github"], Parameter(name="--format")] = "text",
) -> int:
    """Have mypy or pyright judge flows as typed Python.

    Args:
        targets: What to check.
        tool: The type checker that judges (default: mypy).
        strict_any: Refuse vertices and edges that hold Any.
        explain: List every edge: its source, the rule that chose it and why.
        form: How problems are written (default: text; github: annotations of a workflow).
    """
    from hbia_dsl.check.check_flow import check_targets  # loaded where it is used

    refuse_documents(targets, "checked")
    with results_alone(is_wanted=True):  # what modules print, and programs that they start
        report = check_targets(targets, tool=tool, strict_any=strict_any)
    if form == "json":
        from hbia_dsl.check.report_as_json import report_as_json  # loaded where it is used

        print(report_as_json(report, explain=explain), end="")
    elif form == "github":
        from hbia_dsl.check.report_as_github import report_as_github  # loaded where it is used

        print(report_as_github(report), end="")
    else:
        from hbia_dsl.check.report_as_text import report_as_text  # loaded where it is used
        from hbia_dsl.diagnostics.text_report import render_all  # loaded where it is used

        if report.failures:
            print(render_all(report.failures), end="\n\n", file=sys.stderr, flush=True)
        print(report_as_text(report, explain=explain), end="")
    return report.exit_code
