"""A list of admins is no list of users."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Admin, User


@vertex
def admins(name: str) -> list[Admin]:
    return [Admin(name, 1)]


@vertex
def count(people: list[User]) -> int:  # planted: HB201
    return len(people)


def build() -> Flow[..., object]:
    return Flow.of("case", admins, count)
