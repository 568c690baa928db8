"""Two vertices want one input of the flow with different types."""

from hbia_dsl import Flow, vertex


@vertex
def repeat(count: int) -> str:
    return "-" * count


@vertex
def label(count: str) -> str:
    return count


Flow.of("words", repeat, label)
