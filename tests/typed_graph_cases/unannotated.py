"""A parameter has no annotation."""

from hbia_dsl import Flow, vertex


@vertex
def count(text) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001  # planted: HB102, strict
    return len(text)


def build() -> Flow[..., object]:
    return Flow.of("case", count)
