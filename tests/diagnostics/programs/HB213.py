"""The result of a flow is not one of its vertices."""

from hbia_dsl import Flow, vertex


@vertex
def charge(amount: int) -> int:
    return amount


@vertex
def book(charge: int) -> str:
    return "booked"


Flow.of("shop", charge, result=book)
