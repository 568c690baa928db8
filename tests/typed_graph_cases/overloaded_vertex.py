"""The result of an overloaded vertex: only a type checker can choose."""

from typing import overload

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, User


@vertex
def make(name: str) -> User:
    return User(name)


@overload
def wrap(item: User) -> list[User]: ...
@overload
def wrap(item: Order) -> list[Order]: ...
@vertex(inputs={"item": make})
def wrap(item: User | Order) -> list[User] | list[Order]:
    if isinstance(item, User):
        return [item]
    return [item]


@vertex(inputs={"orders": wrap})
def charge(orders: list[Order]) -> int:  # planted: lowered
    return sum(order.amount for order in orders)


def build() -> Flow[..., object]:
    return Flow.of("case", make, wrap, charge)
