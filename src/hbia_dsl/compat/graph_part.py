"""The part of a hand-made graph that a run is about, with the edges that bindings imply."""

from collections.abc import Iterator

import attrs

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_GRAPH, UNBOUND_DATA, UNKNOWN_FLOW
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import DataResolutionError, FlowNotFoundError, GraphError
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.binding import INPUT


def part_of_graph(graph: Graph, flow_name: str | None) -> Graph:
    """Return the graph, or one of its named flows, with an edge for every binding.

    A binding is a dependency by itself, so it need not be repeated as an edge.

    Raises:
        FlowNotFoundError: The graph has no flow of that name.
        DataResolutionError: Bindings name a vertex or a declared output that is not there;
            all of them at once.
        GraphError: An input or output is not declared by text.
    """
    part = _named_part(graph, flow_name)
    edges: list[Edge] = []
    problems: list[tuple[str, str | None]] = []
    for vertex in part.vertices.values():
        _check_texts(vertex)
        for parameter, source, output in bindings(vertex):
            if source == INPUT and INPUT not in graph.vertices:
                continue
            problem = _dangling(graph, part, vertex, parameter, f"{source}.{output}")
            if problem is None:
                edges.append(Edge(source, vertex.name))
            else:
                problems.append(problem)
    if problems:
        raise DataResolutionError(_joined(problems))
    return Graph(part.vertices.values(), (*part.edges, *edges), part.atomic_groups.values())


def bindings(vertex: Vertex) -> Iterator[tuple[str, str, str]]:
    """Yield each binding of a vertex's inputs: the parameter, the source and its output."""
    for parameter, text in vertex.inputs.items():
        for bound in bindings_of(text):
            yield parameter, *bound


def _named_part(graph: Graph, flow_name: str | None) -> Graph:
    if flow_name is None:
        return graph.frozen()
    if flow_name not in graph.flows:
        raise FlowNotFoundError(
            Diagnostic(
                UNKNOWN_FLOW,
                f"the graph has no flow `{flow_name}`",
                location=caller_location(),
                notes=(f"its flows are {', '.join(graph.flows)}",) if graph.flows else (),
                help=did_you_mean(flow_name, graph.flows)
                or "leave `flow_name` out to run the whole graph",
            )
        )
    members = set(graph.flows[flow_name])
    groups = (
        attrs.evolve(group, vertices=tuple(v for v in group.vertices if v in members))
        for group in graph.atomic_groups.values()
    )
    return Graph(
        (v for v in graph.vertices.values() if v.name in members),
        (e for e in graph.edges if e.source in members and e.target in members),
        (group for group in groups if group.vertices),
    )


def _check_texts(vertex: Vertex) -> None:
    for kind, declared in (("input", vertex.inputs), ("output", vertex.outputs)):
        for name, text in declared.items():
            given: object = text  # callers without a type checker pass anything
            if not isinstance(given, str):
                told = getattr(given, "__name__", "str")
                raise GraphError(
                    Diagnostic(
                        BAD_GRAPH,
                        f"{kind} `{name}` of vertex `{vertex.name}` is declared by a "
                        f"{type(given).__name__}, not by text",
                        location=caller_location(),
                        help=f'name the type by text: {{"{name}": "{told}"}}',
                    )
                )


def _dangling(
    graph: Graph, part: Graph, vertex: Vertex, parameter: str, binding: str
) -> tuple[str, str | None] | None:
    """Return what is wrong with a binding and a way out; None if it is fine."""
    source, _, output = binding.partition(".")
    where = f"input `{parameter}` of vertex `{vertex.name}` is bound to `{binding}`"
    producer = part.vertices.get(source)
    if producer is None:
        if source in graph.vertices:
            return f"{where}, which is not in this flow", f"add `{source}` to the flow"
        known = [f"{v.name}.{o}" for v in part.vertices.values() for o in v.outputs]
        near = did_you_mean(binding, [*known, *part.vertices])
        return f"{where}, which the graph does not have", near or f"add a vertex `{source}`"
    if source == vertex.name:
        return f"{where}, its own output", "bind it to another vertex"
    if output and (not producer.outputs or output in producer.outputs):
        return None
    near = did_you_mean(output, producer.outputs)
    outputs = ", ".join(producer.outputs) or "not declared"
    return f"{where}, but the outputs of `{source}` are {outputs}", near


def _joined(problems: list[tuple[str, str | None]]) -> Diagnostic:
    texts = [text for text, _ in problems]
    message = texts[0] if len(texts) == 1 else f"{len(texts)} inputs are bound to nothing"
    notes = () if len(texts) == 1 else tuple(texts)
    help_ = next((way for _, way in problems if way), "correct the binding")
    return Diagnostic(UNBOUND_DATA, message, location=caller_location(), notes=notes, help=help_)
