"""Two vertices yield a user, and none has the parameter's name."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def find(name: str) -> User:
    return User(name)


@vertex
def greet(who: User) -> str:  # planted: HB202
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", make, find, greet)
