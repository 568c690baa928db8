"""What the cases speak of: users, orders, and ways to hold them."""

from typing import Generic, NamedTuple, NewType, Protocol, TypedDict, TypeVar

import attrs

UserId = NewType("UserId", int)
T = TypeVar("T")


@attrs.frozen
class User:
    name: str


@attrs.frozen
class Admin(User):
    rights: int


@attrs.frozen
class Order:
    amount: int


@attrs.frozen
class Box(Generic[T]):
    content: T


class Scored(NamedTuple):
    best: User
    score: float


class Card(TypedDict):
    user: User
    limit: int


class HasName(Protocol):
    @property
    def name(self) -> str: ...


class Greeter(Protocol):
    def greet(self, name: str) -> str: ...


@attrs.frozen
class Signup:
    name: str
    email: str
