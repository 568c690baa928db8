"""Two vertices return what a third one requires."""

from hbia_dsl import Flow, vertex


class User:
    """Somebody."""


@vertex
def make() -> User:
    return User()


@vertex
def find() -> User:
    return User()


@vertex
def greet(user: User) -> str:
    return "hello"


Flow.of("greeting", make, find, greet)
