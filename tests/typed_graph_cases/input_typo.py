"""A parameter misspells an input that the flow declares."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Signup, User


@vertex
def make(name: str, emial: str) -> User:  # planted: HB201
    return User(name + emial)


def build() -> Flow[..., object]:
    return Flow.of("case", make, inputs=Signup)
