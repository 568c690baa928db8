"""A function never returns and does not say so: what follows it is never judged."""

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import ScriptedJudge


@vertex
def begin(text: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the mistake
    raise ValueError(text)


@vertex(inputs={"text": begin})
def end(text: str) -> str:
    return text


flow = Flow.of("words", begin, end)
check_flows([flow], judge=ScriptedJudge(overlooks=("end",), name="pyright")).raise_problems()
