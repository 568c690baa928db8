"""A parameter is bound to a plain value, which no vertex provides."""

from hbia_dsl import Flow, vertex


@vertex(inputs={"number": 3})
def double(number: int) -> int:
    return number * 2


Flow.of("numbers", double)
