"""What is always there may feed what may be None."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def greet(who: User | None) -> str:
    return "nobody" if who is None else who.name


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
