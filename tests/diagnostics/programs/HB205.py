"""A binding is for a parameter that the vertex does not have."""

from hbia_dsl import Flow, vertex


@vertex
def count() -> int:
    return 3


@vertex(inputs={"numbr": count})
def double(number: int) -> int:
    return number * 2


Flow.of("numbers", count, double)
