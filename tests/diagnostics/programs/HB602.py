"""A decorator changes the signature that a type checker sees, and Python sees the other one."""

import functools
from collections.abc import Callable

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import Said, ScriptedJudge


def with_prefix(function: Callable[[str], str]) -> Callable[[str, str], str]:
    @functools.wraps(function)
    def called(text: str, prefix: str = "") -> str:
        return prefix + function(text)

    return called


@vertex
@with_prefix
def shout(text: str) -> str:
    return text.upper()


flow = Flow.of("words", shout)
message = 'Too few arguments for "shout"'
check_flows(
    [flow], judge=ScriptedJudge(says=(Said("shout = ", message, "call-arg"),))
).raise_problems()
