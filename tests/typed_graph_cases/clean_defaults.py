"""A parameter that nothing feeds lives on its default."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def greet(who: User, order: Order | None = None, mark: str = "!") -> str:
    return f"{who.name}{mark}{order}"


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
