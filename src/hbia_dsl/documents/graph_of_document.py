"""A document as a graph."""

from collections.abc import Iterator

from hbia_dsl.documents.document import (
    Constant,
    Document,
    DocumentFlow,
    DocumentGroup,
    DocumentVertex,
)
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from hbia_dsl.graph.vertex import Vertex


def graph_of_document(document: Document, flow_name: str | None = None) -> Graph:
    """Make the graph of a document.

    Handlers stay paths; each flow of the document is a named flow of the graph.

    Args:
        document: A document as `read_document` gives it.
        flow_name: One of its flows, for the graph of that one alone; None for all.
    """
    flows = [flow for flow in document.flows.values() if flow_name in {None, flow.name}]
    members = {name for flow in flows for name in flow.vertices}
    graph = Graph(
        (vertex_of(vertex) for flow in flows for vertex in flow.vertices.values()),
        (Edge(source, target) for flow in flows for source, target in edges_of(flow)),
        (g for g in map(group_of, document.groups.values()) if members.issuperset(g.vertices)),
    )
    for flow in flows:
        graph.add_flow(flow.name, flow.vertices)
    return graph


def vertex_of(vertex: DocumentVertex) -> Vertex:
    """Return a vertex as a graph has it."""
    inputs: dict[str, str] = {}
    constants: dict[str, object] = {}
    for name, declared in vertex.inputs.items():
        source = declared.source
        if isinstance(source, Constant):
            constants[name] = source.value
        else:
            inputs[name] = source.text
    return Vertex(
        vertex.name,
        vertex.handler.text,
        inputs,
        {name: output.type.text for name, output in vertex.outputs.items()},
        vertex.version.text if vertex.version else None,
        vertex.effect.text if vertex.effect else "side_effect",
        constants,
        nothing_to_undo
        if vertex.undone_by_nothing
        else vertex.compensate.text
        if vertex.compensate
        else None,
    )


def group_of(group: DocumentGroup) -> AtomicGroup:
    """Return a group as a graph has it."""
    members = (member.text for member in group.vertices)
    return AtomicGroup(group.name, members, group.on_failure, group.no_cache, group.no_parallel)


def edges_of(flow: DocumentFlow) -> Iterator[tuple[str, str]]:
    """Yield the dependencies of a flow: those of `next` and those of bindings.

    Names that lead nowhere are left out, and what leads to itself; a pair may come twice.
    """
    vertices = flow.vertices
    for vertex in vertices.values():
        name = vertex.name
        for follower in vertex.next:
            if follower.text in vertices and follower.text != name:
                yield name, follower.text
        for declared in vertex.inputs.values():
            for source in declared.bindings:
                if source.vertex != name and source.vertex in vertices:
                    yield source.vertex, name
