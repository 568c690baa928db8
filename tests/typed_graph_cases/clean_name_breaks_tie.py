"""Of two users the one with the parameter's name is taken."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def first(name: str) -> User:
    return User(name)


@vertex
def second(name: str) -> User:
    return User(name)


@vertex
def greet(second: User) -> str:
    return second.name


def build() -> Flow[..., object]:
    return Flow.of("case", first, second, greet)
