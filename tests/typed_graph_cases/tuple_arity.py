"""A pair is split into three."""

from hbia_dsl import Flow, vertex


@vertex(outputs=("low", "high", "mean"))
def bounds(size: int) -> tuple[int, int]:  # planted: HB105
    return 0, size


@vertex
def width(low: int, high: int) -> int:
    return high - low


def build() -> Flow[..., object]:
    return Flow.of("case", bounds, width)
