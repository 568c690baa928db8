"""By one of its overloads a vertex never returns, and the flow takes that one."""

from typing import NoReturn, overload

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import ScriptedJudge


@overload
def begin(text: str) -> NoReturn: ...
@overload
def begin(text: int) -> str: ...
@vertex
def begin(text: str | int) -> str:
    raise ValueError(text)


@vertex(inputs={"text": begin})
def end(text: str) -> str:
    return text


def inputs(text: str) -> None:
    """Declare what the flow takes."""


flow = Flow.of("words", begin, end, inputs=inputs)
check_flows([flow], judge=ScriptedJudge(overlooks=("end",))).raise_problems()
