"""A pair has two parts, but three names are given."""

from hbia_dsl import Flow, vertex


@vertex(outputs=("low", "high", "mean"))
def bounds() -> tuple[int, int]:
    return 0, 9


Flow.of("statistics", bounds)
