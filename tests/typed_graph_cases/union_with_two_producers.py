"""Each side of a union has a producer."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def order(amount: int) -> Order:
    return Order(amount)


@vertex
def show(item: User | Order) -> str:  # planted: HB202
    return f"{item}"


def build() -> Flow[..., object]:
    return Flow.of("case", make, order, show)
