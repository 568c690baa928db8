"""Nothing awaits what a plain def returns."""

from collections.abc import Awaitable

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import User


async def _later(name: str) -> User:
    return User(name)


@vertex
def fetch(name: str) -> Awaitable[User]:
    return _later(name)


@vertex(inputs={"who": fetch})
def greet(who: User) -> str:  # planted: HB204
    return who.name


def build() -> Flow[..., object]:
    return Flow.of("case", fetch, greet)
