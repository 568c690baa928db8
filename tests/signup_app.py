"""Decorated functions for documents to name."""

from typing import NamedTuple, NewType, TypedDict

import attrs

import checked_app  # something that the module has from elsewhere
from hbia_dsl import All, atomic, out, vertex

UserId = NewType("UserId", int)


@attrs.frozen
class Signup:
    """What the flow takes from outside."""

    name: str
    email: str = "nobody@example.org"


@attrs.frozen
class User:
    name: str
    email: str


class Scored(NamedTuple):
    best: User
    score: float


class Counts(TypedDict):
    letters: int
    words: int


@vertex(effect="pure", version="1")
def normalize(name: str, email: str) -> User:
    return User(name.strip().lower(), email)


@vertex(effect="side_effect")
async def save(user: User) -> UserId:
    return UserId(len(user.name))


@vertex(outputs=("best", "score"))
def rank(user: User, bonus: float = 0.5) -> Scored:
    return Scored(user, len(user.email) + bonus)


@vertex
def mail(to: User, uid: UserId = out(save), *, greeting: str = "Hello") -> str:
    return f"{greeting}, {to.name} ({uid})"


@vertex
def count(text: str, least: int = 0) -> Counts:
    return {"letters": max(len(text), least), "words": len(text.split())}


@vertex
def tally(text: str) -> dict[str, int]:
    return {"letters": len(text), "spaces": text.count(" ")}


@vertex
def add(parts: All[int], extra: list[int]) -> int:
    total = sum(parts) + sum(extra)
    extra.append(1)  # what it was given is its own
    return total


@vertex
def log(note: str) -> None:
    LOGGED.append(note)


@atomic(group="payment", no_cache=False)
@vertex
def reserve(amount: int) -> int:
    return amount


@vertex
def charge(amount: int) -> int:
    return amount


def undo_charge(inputs: object, output: object) -> None:
    del inputs, output


def undeclared(text: str) -> str:
    return text


LOGGED: list[str] = []
__all__ = ["checked_app"]
