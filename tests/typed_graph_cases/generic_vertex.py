"""The result of a generic vertex: only a type checker can solve it."""

from collections.abc import Sequence
from typing import TypeVar

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User

T = TypeVar("T")


@vertex
def people(name: str) -> list[User]:
    return [User(name)]


@vertex(inputs={"items": people})
def first(items: Sequence[T]) -> T:
    return items[0]


@vertex(inputs={"order": first})
def charge(order: Order) -> int:  # planted: lowered
    return order.amount


def build() -> Flow[..., object]:
    return Flow.of("case", people, first, charge)
