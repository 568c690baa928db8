"""A binding by function leads to another type."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(inputs={"order": make})
def charge(order: Order) -> int:  # planted: HB204
    return order.amount


def build() -> Flow[..., object]:
    return Flow.of("case", make, charge)
