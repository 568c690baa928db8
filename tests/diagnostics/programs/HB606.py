"""A type checker is configured to report no errors."""

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import ScriptedJudge


@vertex
def count(text: str) -> int:
    return len(text)


flow = Flow.of("words", count)
check_flows([flow], judge=ScriptedJudge(is_silent=True)).raise_problems()
