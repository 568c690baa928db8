"""The inputs of a flow are a class that is made by a call, which mypy cannot follow."""

import attrs

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import Said, ScriptedJudge

Words = attrs.make_class("Words", {"text": attrs.field(type=str)})


@vertex
def count(text: str) -> int:
    return len(text)


flow = Flow.of("words", count, inputs=Words)
message = 'Variable "program_HB612.Words" is not valid as a type'
check_flows(
    [flow], judge=ScriptedJudge(says=(Said("inputs: ", message, "valid-type"),))
).raise_problems()
