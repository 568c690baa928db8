"""A field of a TypedDict has another type than the parameter."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Card, User


@vertex(outputs=("user", "limit"))
def card(name: str) -> Card:
    return {"user": User(name), "limit": 3}


@vertex
def check(limit: str) -> bool:  # planted: HB204
    return bool(limit)


def build() -> Flow[..., object]:
    return Flow.of("case", card, check)
