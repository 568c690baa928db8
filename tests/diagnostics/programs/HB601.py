"""A generic vertex gives something else than the next one takes; only a type checker sees it."""

from collections.abc import Sequence
from typing import TypeVar

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from scripted_judge import Said, ScriptedJudge

T = TypeVar("T")


@vertex
def names() -> list[str]:
    return ["al", "bert"]


@vertex(inputs={"items": names})
def first(items: Sequence[T]) -> T:
    return items[0]


@vertex(inputs={"number": first})
def double(number: int) -> int:
    return 2 * number


flow = Flow.of("names", names, first, double)
message = 'Argument "number" to "double" has incompatible type "str"; expected "int"'
check_flows(
    [flow], judge=ScriptedJudge(says=(Said("number=first", message, "arg-type"),))
).raise_problems()
