"""A NewType is usable as its base, by name."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import UserId


@vertex
def number(name: str) -> UserId:
    return UserId(len(name))


@vertex
def double(number: int) -> int:
    return number * 2


def build() -> Flow[..., object]:
    return Flow.of("case", number, double)
