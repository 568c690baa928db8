"""A binding leads to a vertex that was not given to the flow."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(inputs={"who": make})
def greet(who: User) -> str:  # planted: HB206
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", greet)
