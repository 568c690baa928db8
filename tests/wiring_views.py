"""What tests ask of a wired flow and of a refusal: plain texts to compare."""

from collections.abc import Callable

import pytest

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.errors import WiringError
from hbia_dsl.wiring.wire import wire
from hbia_dsl.wiring.wired_flow import WiredFlow

Vertex = Callable[..., object]


def sources_of(flow: WiredFlow, vertex: str) -> dict[str, str]:
    """Rule and sources by parameter: `{"user": "type: make.make"}`."""
    return {
        binding.parameter: f"{binding.rule.value}: {', '.join(map(str, binding.sources))}"
        for binding in flow.vertices[vertex].bindings
    }


def sources(vertex: str, *vertices: Vertex, inputs: Vertex | None = None) -> dict[str, str]:
    """Wire vertices and return where one of them takes its arguments from."""
    return sources_of(wire("flow", vertices, inputs=inputs), vertex)


def refusal(
    *vertices: Vertex, inputs: Vertex | None = None, result: Vertex | None = None
) -> tuple[Diagnostic, ...]:
    """Wire vertices that make no flow and return why."""
    with pytest.raises(WiringError) as caught:
        wire("flow", vertices, inputs=inputs, result=result)
    return caught.value.diagnostics


def codes(
    *vertices: Vertex, inputs: Vertex | None = None, result: Vertex | None = None
) -> list[str]:
    """Wire vertices that make no flow and return the numbers of the reasons."""
    return [d.code.number for d in refusal(*vertices, inputs=inputs, result=result)]
