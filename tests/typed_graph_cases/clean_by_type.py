"""The only value of a strong type feeds a parameter of any name."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def greet(who: User) -> str:
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
