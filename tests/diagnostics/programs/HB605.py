"""A strict check meets a value of which nothing is known."""

from typing import Any

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import Said, ScriptedJudge


@vertex
def parsed(text: str) -> Any:  # noqa: ANN401 - the mistake
    return text


@vertex
def size(parsed: str) -> int:
    return len(parsed)


flow = Flow.of("words", parsed, size)
judge = ScriptedJudge(says=(Said("parsed=parsed", 'Expression has type "Any"'),))
check_flows([flow], strict_any=True, judge=judge).raise_problems()
