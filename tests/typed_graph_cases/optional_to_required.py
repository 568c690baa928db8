"""What may be None does not feed what must be there."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


@vertex
def find(name: str) -> User | None:
    return User(name) if name else None


@vertex
def greet(who: User) -> str:  # planted: HB201
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", find, greet)
