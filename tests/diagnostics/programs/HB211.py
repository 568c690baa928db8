"""An outsider lies on the path between two members of an atomic group."""

from hbia_dsl import Flow, atomic, vertex


@atomic(group="payment")
@vertex
def charge() -> int:
    return 3


@vertex
def convert(charge: int) -> float:
    return charge / 100


@atomic(group="payment")
@vertex
def book(convert: float) -> str:
    return "booked"


Flow.of("shop", charge, convert, book)
