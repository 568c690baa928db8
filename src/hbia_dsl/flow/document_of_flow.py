"""A flow as a document: with every binding written out, whichever rule chose it."""

from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.type_text import type_text
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.binding import INPUT, Binding, Rule
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def document_of_flow(flow: WiredFlow) -> str:
    """Write a flow as a document.

    Raises:
        DocumentError: A vertex is a function that no path leads to, such as a lambda, or
            a name of the flow cannot stand in a document.
    """
    wired = flow.graph
    vertices = [_vertex(flow, vertex) for vertex in flow.vertices.values()]
    graph = Graph(vertices, wired.edges, wired.atomic_groups.values())
    graph.add_flow(flow.name, flow.vertices)
    return dump_graph_to_yaml(graph)


def _vertex(flow: WiredFlow, vertex: WiredVertex) -> Vertex:
    wired = flow.graph.vertices[vertex.name]
    inputs: dict[str, str] = {}
    constants = dict(vertex.constants)
    for binding in vertex.bindings:
        if binding.sources:
            inputs[binding.parameter] = _source(flow, binding)
        elif binding.rule is Rule.FAN_IN:  # it collects nothing: an empty list
            constants[binding.parameter] = []
    outputs = {part.name: type_text(part.form) for part in vertex.parts}
    return Vertex(
        vertex.name,
        vertex.handler,
        inputs,
        outputs or {vertex.output: type_text(vertex.returns)},
        wired.version,
        wired.effect,
        constants,
        wired.compensate,
    )


def _source(flow: WiredFlow, binding: Binding) -> str:
    """Return a source as documents have it: what the run gives is declared by its type."""
    first = binding.sources[0]
    if len(binding.sources) == 1 and first.vertex == INPUT and first.output == binding.parameter:
        return type_text(flow.inputs[first.output].form)
    texts = ", ".join(map(str, binding.sources))
    is_short_list = binding.rule is Rule.FAN_IN and len(binding.sources) == 1
    return f"{texts}," if is_short_list else texts
