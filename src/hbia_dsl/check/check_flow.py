"""Check flows: lower them, have a type checker judge the text, say what it means."""

import os
from collections.abc import Iterable, Sequence
from typing import Literal

from hbia_dsl.check.check_report import CheckReport, Finding, NotProven
from hbia_dsl.check.flow_finding import FoundFlows, find_flows
from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.check.judge import Judge
from hbia_dsl.check.target_import import make_importable
from hbia_dsl.check.translation import translate
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import CHECKER_MISSING, NO_FLOW
from hbia_dsl.errors import CheckError
from hbia_dsl.flow.flow import Flow
from hbia_dsl.lowering.check_text import check_text

Tool = Literal["mypy", "pyright"]
"""A type checker that can judge."""


def judge_named(tool: Tool) -> Judge:
    """Return a type checker by its name.

    Raises:
        CheckError: There is none of that name.
    """
    given: object = tool  # callers without a type checker pass anything
    if given == "mypy":
        from hbia_dsl.check.mypy_judge import MypyJudge  # loaded where it is used

        return MypyJudge()
    if given == "pyright":
        from hbia_dsl.check.pyright_judge import PyrightJudge  # loaded where it is used

        return PyrightJudge()
    raise CheckError(
        Diagnostic(
            CHECKER_MISSING,
            f"there is no type checker `{given}` here",
            help='write tool="mypy" or tool="pyright"',
        )
    )


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
    found: dict[str, FoundFlow] = {}
    for flow in flows:
        name, number = flow.name, 1
        while name in found:
            number += 1
            name = f"{flow.name} ({number})"
        found[name] = FoundFlow(name, flow.wired, "")
    if not found:
        nothing = Diagnostic(NO_FLOW, "no flow was given to be checked")
        return CheckReport("", (), (), (nothing,), ())
    return judge_flows(tuple(found.values()), judge, strict_any=strict_any)


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
    report = judge_flows(found.flows, judge, strict_any=strict_any)
    broken = tuple(Finding(diagnostic) for diagnostic in found.broken)
    return CheckReport(
        report.tool,
        report.flows,
        (*broken, *report.findings),
        (*found.failures, *report.failures),
        report.not_proven,
    )


def judge_flows(
    flows: Sequence[FoundFlow], judge: Judge, *, strict_any: bool = False
) -> CheckReport:
    """Judge flows together, in one run of the type checker."""
    flows = tuple(flows)
    if not flows:
        return CheckReport("", (), (), (), ())
    text = check_text(
        [found.wired for found in flows],
        homes=list(dict.fromkeys(found.home for found in flows if found.home)),
        strict_any=strict_any and judge.refuses_any,
        reveal_results=strict_any and not judge.refuses_any,
    )
    failures: tuple[Diagnostic, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_proven: tuple[NotProven, ...] = ()
    tool = ""
    try:
        judgement = judge.judge(text, "\0".join([judge.name, *(found.name for found in flows)]))
    except CheckError as error:
        failures = (error.diagnostic,)
    else:
        tool = judgement.tool
        meant = translate(text, flows, judgement, judge.name, strict_any=strict_any)
        findings, failures, not_proven = meant.findings, meant.failures, meant.not_proven
    return CheckReport(tool, flows, findings, failures, not_proven)
