"""Methods of an object are vertices, and one is bound to the wrong type."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


class Shop:
    @vertex
    def customer(self, name: str) -> User:
        return User(name)

    @vertex(inputs={"order": customer})
    def charge(self, order: Order) -> int:  # planted: HB204
        return order.amount


shop = Shop()


def build() -> Flow[..., object]:
    return Flow.of("case", shop.customer, shop.charge)
