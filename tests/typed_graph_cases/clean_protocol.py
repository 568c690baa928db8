"""A class with the members of a protocol feeds it."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import HasName, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def greet(who: HasName) -> str:
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
