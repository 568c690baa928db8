"""`Any` fits by name in both directions."""

from typing import Any

from hbia_dsl import Flow, vertex


@vertex
def parsed(text: str) -> Any:  # noqa: ANN401 - the case is about it
    return text


@vertex
def length(parsed: str) -> int:
    return len(parsed)


@vertex
def show(length: Any) -> str:  # noqa: ANN401 - the case is about it
    return f"{length}"


def build() -> Flow[..., object]:
    return Flow.of("case", parsed, length, show)
