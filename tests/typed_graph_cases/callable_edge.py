"""A function of the wrong kind flows along an edge."""

from collections.abc import Callable

from hbia_dsl import Flow, vertex


@vertex
def measure(start: int) -> Callable[[str], int]:
    return lambda text: len(text) + start


@vertex
def apply(measure: Callable[[int], int]) -> int:  # planted: HB204
    return measure(3)


def build() -> Flow[..., object]:
    return Flow.of("case", measure, apply)
