"""A binding is for a parameter that is not there."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(inputs={"whom": make})
def greet(who: User) -> str:  # planted: HB205
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
