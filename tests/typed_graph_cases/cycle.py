"""Two vertices wait for each other."""

from hbia_dsl import Flow, vertex


@vertex
def chicken(egg: int) -> int:  # planted: HB203
    return egg


@vertex
def egg(chicken: int) -> int:
    return chicken


def build() -> Flow[..., object]:
    return Flow.of("case", chicken, egg)
