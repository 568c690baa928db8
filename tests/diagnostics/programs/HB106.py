"""A function of the flow is not decorated."""

from hbia_dsl import Flow


def load() -> str:
    return "text"


Flow.of("words", load)
