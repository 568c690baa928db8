"""What a value is declared as, and how messages name it."""

from hbia_dsl.wiring.binding import INPUT, OutputName
from hbia_dsl.wiring.wired_flow import WiredFlow


def source_form(flow: WiredFlow, source: OutputName) -> object:
    """Return the annotated type of a value of a flow."""
    if source.vertex == INPUT:
        return flow.inputs[source.output].form
    vertex = flow.vertices[source.vertex]
    for part in vertex.parts:
        if part.name == source.output:
            return part.form
    return vertex.returns


def shown_source(source: OutputName) -> str:
    """Name a value as a message does: the vertex alone for its whole result."""
    if source.vertex == INPUT:
        return f"the input `{source.output}`"
    return f"`{source.vertex}`" if source.output == source.vertex else f"`{source}`"
