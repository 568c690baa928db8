"""One parameter is bound in two places."""

from hbia_dsl import Flow, out, vertex


@vertex
def count() -> int:
    return 3


@vertex(inputs={"number": count})
def double(number: int = out(count)) -> int:
    return number * 2


Flow.of("numbers", count, double)
