"""A flow declares an input that no vertex takes."""

import attrs

from hbia_dsl import Flow, vertex


@attrs.frozen
class Order:
    amount: int
    coupon: str


@vertex
def charge(amount: int) -> int:
    return amount


Flow.of("shop", charge, inputs=Order)
