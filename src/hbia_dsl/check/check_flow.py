"""Check flows of an app: those that were built already, and those that a user has named."""

import os
from collections.abc import Iterable

from hbia_dsl.check.flow_finding import FoundFlows, find_flows
from hbia_dsl.check.target_import import make_importable
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NO_FLOW
from hbia_dsl.flow.flow import Flow
from hbia_dsl.judging.check_report import CheckReport, Finding, Tool
from hbia_dsl.judging.judge import Judge
from hbia_dsl.judging.judge_by_name import judge_named
from hbia_dsl.judging.judge_flows import judge_flows
from hbia_dsl.judging.judged_flow import JudgedFlow


def check_flows(
    flows: Iterable[Flow[..., object]],
    *,
    tool: Tool = "mypy",
    strict_any: bool = False,
    judge: Judge | None = None,
) -> CheckReport:
    """Have a type checker judge flows that were built already.

    It sees what building cannot: which type a generic or an overloaded vertex gives along
    an edge, and whether it agrees with the annotations that Python has seen.

    Args:
        flows: The flows.
        tool: Which type checker.
        strict_any: Whether an edge that holds `Any` is a problem.
        judge: A type checker of your own, in the place of `tool`.

    Returns:
        All problems, and what was not proven. A flow is called by its name there; of two
        flows of one name the second is `name (2)`.

    Raises:
        CheckError: There is no such tool.
    """
    judge = judge or judge_named(tool)
    judged: dict[str, JudgedFlow] = {}
    for flow in flows:
        name, number = flow.name, 1
        while name in judged:
            number += 1
            name = f"{flow.name} ({number})"
        judged[name] = JudgedFlow(name, flow.wired)
    if not judged:
        nothing = Diagnostic(NO_FLOW, "no flow was given to be checked")
        return CheckReport("", (), (), (nothing,), ())
    return judge_flows(tuple(judged.values()), judge, strict_any=strict_any)


def check_targets(
    targets: Iterable[str],
    *,
    tool: Tool = "mypy",
    strict_any: bool = False,
    judge: Judge | None = None,
) -> CheckReport:
    """Import modules and have a type checker judge their flows.

    Args:
        targets: `pkg.module`, `pkg.module:flow`, `pkg.module:make_flow()`, a package, a
            file or a folder. The working directory is importable.
        tool: Which type checker.
        strict_any: Whether an edge that holds `Any` is a problem.
        judge: A type checker of your own, in the place of `tool`.

    Raises:
        CheckError: There is no such tool.
    """
    make_importable(os.getcwd())
    return check_found(find_flows(targets), judge or judge_named(tool), strict_any=strict_any)


def check_found(found: FoundFlows, judge: Judge, *, strict_any: bool = False) -> CheckReport:
    """Judge flows that were found, and report what kept others from being found."""
    report = judge_flows([one.judged for one in found.flows], judge, strict_any=strict_any)
    broken = tuple(Finding(diagnostic) for diagnostic in found.broken)
    return CheckReport(
        report.tool,
        report.flows,
        (*broken, *report.findings),
        (*found.failures, *report.failures),
        report.not_proven,
    )
