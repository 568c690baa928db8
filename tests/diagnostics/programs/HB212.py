"""A class that is no record does not say what a flow takes."""

from hbia_dsl import Flow, vertex


class Order:
    """What was ordered."""


@vertex
def charge(amount: int) -> int:
    return amount


Flow.of("shop", charge, inputs=Order)
