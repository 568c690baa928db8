"""A result is split by a field that its class does not have."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex(outputs=("name", "email"))
def make(nick: str) -> User:  # planted: HB105
    return User(nick)


@vertex
def greet(name: str) -> str:
    return name


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet)
