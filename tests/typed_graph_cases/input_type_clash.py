"""Two vertices want one input with different types."""

from hbia_dsl import Flow, vertex


@vertex
def repeat(count: int) -> str:
    return "-" * count


@vertex
def label(count: str) -> str:  # planted: HB210
    return count


def build() -> Flow[..., object]:
    return Flow.of("case", repeat, label)
