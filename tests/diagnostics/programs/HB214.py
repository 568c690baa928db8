"""Two members of a group want it to fail in different ways."""

from hbia_dsl import Flow, atomic, vertex


@atomic(group="payment", on_failure="rollback")
@vertex
def charge() -> int:
    return 3


@atomic(group="payment", on_failure="abort")
@vertex
def book(charge: int) -> str:
    return "booked"


Flow.of("shop", charge, book)
