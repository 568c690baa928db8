"""A binding leads to a value of another type."""

from hbia_dsl import Flow, vertex


@vertex
def count() -> int:
    return 3


@vertex(inputs={"text": count})
def shout(text: str) -> str:
    return text.upper()


Flow.of("words", count, shout)
