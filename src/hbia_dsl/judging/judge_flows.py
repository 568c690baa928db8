"""Judge flows: lower them, have a type checker judge the text, say what it means."""

from collections.abc import Sequence

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.errors import CheckError
from hbia_dsl.judging.check_report import CheckReport, Finding, NotProven
from hbia_dsl.judging.judge import Judge
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.judging.translation import translate
from hbia_dsl.lowering.check_text import check_text


def judge_flows(
    flows: Sequence[JudgedFlow], judge: Judge, *, strict_any: bool = False
) -> CheckReport:
    """Judge flows together, in one run of the type checker.

    Args:
        flows: The flows; no two have one name.
        judge: The type checker.
        strict_any: Whether an edge that holds `Any` is a problem.
    """
    flows = tuple(flows)
    if not flows:
        return CheckReport("", (), (), (), ())
    text = check_text(
        [judged.wired for judged in flows],
        homes=list(dict.fromkeys(judged.home for judged in flows if judged.home)),
        strict_any=strict_any and judge.refuses_any,
        reveal_results=strict_any and not judge.refuses_any,
    )
    failures: tuple[Diagnostic, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_proven: tuple[NotProven, ...] = ()
    tool = ""
    try:
        judgement = judge.judge(text, _key(flows, judge, strict_any=strict_any))
    except CheckError as error:
        failures = (error.diagnostic,)
    else:
        tool = judgement.tool
        meant = translate(text, flows, judgement, judge.name, strict_any=strict_any)
        findings, failures, not_proven = meant.findings, meant.failures, meant.not_proven
    return CheckReport(tool, flows, findings, failures, not_proven)


def _key(flows: Sequence[JudgedFlow], judge: Judge, *, strict_any: bool) -> str:
    """Name what is asked, so that a checker that was asked it before remembers the most."""
    options = "strict" if strict_any else ""
    return "\0".join([judge.name, options, *(judged.name for judged in flows)])
