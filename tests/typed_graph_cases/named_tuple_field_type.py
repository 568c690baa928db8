"""A field of a NamedTuple has another type than the parameter."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, Scored, User


@vertex(outputs=("best", "score"))
def rank(name: str) -> Scored:
    return Scored(User(name), 1.0)


@vertex(inputs={"winner": "rank.best"})
def charge(winner: Order) -> int:  # planted: HB204
    return winner.amount


def build() -> Flow[..., object]:
    return Flow.of("case", rank, charge)
