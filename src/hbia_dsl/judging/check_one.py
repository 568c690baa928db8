"""Check one flow in the program that built it: `Flow.check`."""

from collections.abc import Iterator
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import OUT_OF_REACH
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import CheckError
from hbia_dsl.judging.check_report import CheckReport, Tool
from hbia_dsl.judging.judge_by_name import judge_named
from hbia_dsl.judging.judge_flows import judge_flows
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.lowering.source_names import importable_name_of_program
from hbia_dsl.wiring.wired_flow import WiredFlow

_MAIN: Final = "__main__"
_WITHOUT_FILE: Final = "session, a notebook or a program without a file"


def check_one(flow: WiredFlow, tool: Tool, *, strict_any: bool) -> CheckReport:
    """Have a type checker judge one flow.

    Args:
        flow: The flow.
        tool: Which type checker.
        strict_any: Whether an edge that holds `Any` is a problem.

    Returns:
        The report; it has no failures.

    Raises:
        CheckError: The flow could not be judged.
    """
    judge = judge_named(tool)
    unreached = list(_out_of_reach(flow))
    if unreached:
        raise CheckError(_nowhere(flow, unreached))
    report = judge_flows([JudgedFlow(flow.name, flow)], judge, strict_any=strict_any)
    if report.failures:
        report.raise_problems()
    return report


def _out_of_reach(flow: WiredFlow) -> Iterator[str]:
    """Name the vertices whose functions were typed into a session or come from no file."""
    program = importable_name_of_program()
    for name, vertex in flow.vertices.items():
        if getattr(vertex.handler, "__module__", None) == _MAIN:
            code = getattr(vertex.handler, "__code__", None)
            file = getattr(code, "co_filename", "")
            # An interactive session may have a file, but what is typed in is not in it.
            if program is None or file.startswith("<"):
                yield name


def _nowhere(flow: WiredFlow, vertices: list[str]) -> Diagnostic:
    first, others = vertices[0], len(vertices) - 1
    them, they_were = ("it", "it was") if not others else ("them", "they were")
    and_more = f" and {others} more" if others else ""
    return Diagnostic(
        OUT_OF_REACH,
        f"`{first}`{and_more} of flow `{flow.name}` cannot be imported, so no type checker can "
        f"see {them}",
        location=location_of(flow.vertices[first].handler),
        notes=(f"{they_were} defined in a {_WITHOUT_FILE}",),
        help="define vertices in a module, a .py file, and import them from there",
    )
