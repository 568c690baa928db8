"""The type checkers that can judge, by name; each is loaded when it is asked for."""

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import CHECKER_MISSING
from hbia_dsl.errors import CheckError
from hbia_dsl.judging.check_report import Tool
from hbia_dsl.judging.judge import Judge


def judge_named(tool: Tool) -> Judge:
    """Return a type checker by its name.

    Raises:
        CheckError: There is none of that name.
    """
    given: object = tool  # callers without a type checker pass anything
    if given == "mypy":
        from hbia_dsl.judging.mypy_judge import MypyJudge  # loaded where it is used

        return MypyJudge()
    if given == "pyright":
        from hbia_dsl.judging.pyright_judge import PyrightJudge  # loaded where it is used

        return PyrightJudge()
    raise CheckError(
        Diagnostic(
            CHECKER_MISSING,
            f"there is no type checker `{given}` here",
            help='write tool="mypy" or tool="pyright"',
        )
    )
