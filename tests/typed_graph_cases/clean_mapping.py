"""Bindings by function, by text and to an input."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex(outputs=("user", "length"))
def make(name: str) -> tuple[User, int]:
    return User(name), len(name)


@vertex(inputs={"who": "make.user", "times": "make.length", "mark": "input.sign"})
def greet(who: User, times: int, mark: str) -> str:
    return who.name * times + mark


@vertex(inputs={"text": greet})
def shout(text: str) -> str:
    return text.upper()


def build() -> Flow[..., object]:
    return Flow.of("case", make, greet, shout)
