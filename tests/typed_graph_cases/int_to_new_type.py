"""A plain int is no user id."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import UserId


@vertex
def number(name: str) -> int:
    return len(name)


@vertex
def load(number: UserId) -> str:  # planted: HB204
    return f"{number}"


def build() -> Flow[..., object]:
    return Flow.of("case", number, load)
