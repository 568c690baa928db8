"""A run is told to use no threads at all."""

from hbia_dsl import Flow, vertex


@vertex
def double(number: int) -> int:
    return number * 2


Flow.of("numbers", double).options(parallel=True, max_workers=0)
