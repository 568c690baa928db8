"""What an async vertex yields when awaited does not fit."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
async def fetch(name: str) -> User:
    return User(name)


@vertex(inputs={"order": fetch})
def charge(order: Order) -> int:  # planted: HB204
    return order.amount


def build() -> Flow[..., object]:
    return Flow.of("case", fetch, charge)
