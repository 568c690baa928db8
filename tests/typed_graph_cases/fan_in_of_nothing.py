"""Nothing yields what is to be collected."""

from hbia_dsl import All, Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def total(orders: All[Order]) -> int:  # planted: HB201
    return sum(order.amount for order in orders)


def build() -> Flow[..., object]:
    return Flow.of("case", make, total)
