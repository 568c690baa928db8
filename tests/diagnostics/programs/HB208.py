"""Two functions of a flow have one name."""

from hbia_dsl import Flow, vertex


@vertex
def load() -> int:
    return 3


@vertex(name="load")
def load_again() -> int:
    return 4


Flow.of("numbers", load, load_again)
