"""A binding leads to an output that the vertex does not have."""

from hbia_dsl import Flow, vertex


@vertex(outputs=("low", "high"))
def bounds() -> tuple[int, int]:
    return 0, 9


@vertex(inputs={"number": "bounds.hihg"})
def double(number: int) -> int:
    return number * 2


Flow.of("numbers", bounds, double)
