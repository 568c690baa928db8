"""Two members of a group have nothing to do with each other."""

from hbia_dsl import Flow, atomic, vertex


@atomic(group="payment")
@vertex
def charge(amount: int) -> int:
    return amount


@atomic(group="payment")
@vertex
def greet(name: str) -> str:
    return f"Hello {name}"


Flow.of("shop", charge, greet)
