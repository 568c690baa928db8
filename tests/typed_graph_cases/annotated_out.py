"""Two bindings by `Annotated[..., out(...)]` that do not fit."""

from typing import Annotated

from hbia_dsl import Flow, out, vertex
from typed_graph_cases.domain import Order, Scored, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(outputs=("best", "score"))
def rank(name: str) -> Scored:
    return Scored(User(name), 1.0)


@vertex
def charge(order: Annotated[Order, out(make)]) -> int:  # planted: HB204
    return order.amount


@vertex
def label(text: Annotated[str, out(rank).score]) -> str:  # planted: HB204
    return text


def build() -> Flow[..., object]:
    return Flow.of("case", make, rank, charge, label)
