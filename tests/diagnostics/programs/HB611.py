"""Python finds the module of a vertex, and mypy does not."""

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import Said, ScriptedJudge


@vertex
def count(text: str) -> int:
    return len(text)


flow = Flow.of("words", count)
message = 'Cannot find implementation or library stub for module named "program_HB611"'
check_flows(
    [flow], judge=ScriptedJudge(says=(Said("import program_HB611", message, "import-not-found"),))
).raise_problems()
