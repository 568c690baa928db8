"""A lambda says by `inputs=` what it takes, and a value of that name is another."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def item(name: str) -> User:
    return User(name)


charge = vertex(name="charge", inputs={"item": Order})(lambda item: item.amount)  # planted: HB204


def build() -> Flow[..., object]:
    return Flow.of("case", item, charge)
