"""A decorator without annotations hides its function from type checkers."""

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import ScriptedJudge


def logged(function):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - the mistake
    return function


@logged  # type: ignore[untyped-decorator]  # as above
@vertex
def count(text: str) -> int:
    return len(text)


flow = Flow.of("words", count)
check_flows([flow], judge=ScriptedJudge(sees=(("count", "Any"),))).raise_problems()
