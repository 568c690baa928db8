"""No rule can bind a variable number of arguments."""

from hbia_dsl import Flow, vertex


@vertex
def total(*amounts: int) -> int:
    return sum(amounts)


Flow.of("shop", total)
