"""A vertex requires a type that no vertex returns."""

from hbia_dsl import Flow, vertex


class Prices:
    """What one pays."""


class RawPrices:
    """What one pays, as it was downloaded."""


@vertex
def fetch() -> RawPrices:
    return RawPrices()


@vertex
def summarise(prices: Prices) -> int:
    return 0


Flow.of("daily", fetch, summarise)
