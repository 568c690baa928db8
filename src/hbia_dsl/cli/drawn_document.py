"""The flows of a document as something to draw, so that drawings of both kinds look alike."""

from collections.abc import Iterator, Mapping
from typing import Final

from hbia_dsl.cli.shortened_value import shortened
from hbia_dsl.drawing.drawn_graph import (
    DrawnEdge,
    DrawnFlow,
    DrawnInput,
    DrawnOutput,
    DrawnParameter,
    DrawnValue,
    DrawnVertex,
)
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of, is_collected
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.binding import INPUT

_BOUND: Final = "binding"
_GIVEN: Final = "initial data"
_ANY: Final = "any"


def drawn_documents(graph: Graph, flow_name: str | None) -> list[DrawnFlow]:
    """Return the flows of a loaded document, ready to be drawn.

    Args:
        graph: The document's graph.
        flow_name: The only flow wanted; None for all of them.
    """
    from hbia_dsl.compat.graph_part import part_of_graph  # loaded where it is used

    names = [flow_name] if flow_name is not None else list(graph.flows)
    return [_drawn(name, part_of_graph(graph, name)) for name in names]


def _drawn(name: str, graph: Graph) -> DrawnFlow:
    topology = GraphTopology(graph)
    staged = topology.scheduling_stages()
    stage_of = {v.name: n for n, stage in enumerate(staged, 1) for unit in stage for v in unit}
    depths = enumerate(topology.execution_stages(), 1)
    depth_of = {v.name: n for n, stage in depths for v in stage}
    group_of = {m: g.name for g in graph.atomic_groups.values() for m in g.vertices}
    inputs = _inputs(graph)
    types = _types(graph, inputs)
    vertices = tuple(
        _vertex(v, types, stage_of[v.name], depth_of[v.name], group_of.get(v.name))
        for v in graph.vertices.values()
    )
    return DrawnFlow(
        name,
        tuple(DrawnInput(n, text, required=True, is_used=True) for n, text in inputs.items()),
        vertices,
        tuple(_edges(graph, types)),
        tuple(graph.atomic_groups.values()),
        len(staged),
    )


def _vertex(
    vertex: Vertex, types: Mapping[str, str], stage: int, depth: int, group: str | None
) -> DrawnVertex:
    takes = [_parameter(name, text, types) for name, text in vertex.inputs.items()]
    takes += [
        DrawnParameter(name, type(value).__name__, (shortened(value, 40),), "constant")
        for name, value in vertex.constants.items()
    ]
    return DrawnVertex(
        name=vertex.name,
        about=vertex.handler if isinstance(vertex.handler, str) else "",
        is_async=False,
        is_pure=vertex.effect == "pure",
        version=vertex.version,
        group=group,
        stage=stage,
        depth=depth,
        takes=tuple(takes),
        returns=", ".join(vertex.outputs.values()) or "none",
        gives=tuple(DrawnOutput(name, text) for name, text in vertex.outputs.items()),
        is_result=False,
    )


def _parameter(name: str, text: str, types: Mapping[str, str]) -> DrawnParameter:
    sources = tuple(map(".".join, bindings_of(text)))
    if not sources:
        return DrawnParameter(name, text, (f"{INPUT}.{name}",), _GIVEN)
    kinds = {types[source] for source in sources}
    kind = kinds.pop() if len(kinds) == 1 else _ANY
    return DrawnParameter(name, f"list[{kind}]" if is_collected(text) else kind, sources, _BOUND)


def _inputs(graph: Graph) -> dict[str, str]:
    """Return the initial data that vertices take, with their types."""
    found: dict[str, str] = {}
    for vertex in graph.vertices.values():
        for name, text in vertex.inputs.items():
            bound = bindings_of(text)
            if not bound and found.get(name, _ANY) == _ANY:
                found[name] = text
            for source, output in bound:
                if source not in graph.vertices:  # `input.name`: its type is said elsewhere, or not
                    found.setdefault(output, _ANY)
    return found


def _types(graph: Graph, inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the type of everything that can be taken, by `vertex.output` or `input.name`."""
    types = {f"{INPUT}.{name}": text for name, text in inputs.items()}
    for vertex in graph.vertices.values():
        types.update((f"{vertex.name}.{name}", text) for name, text in vertex.outputs.items())
    return types


def _edges(graph: Graph, types: Mapping[str, str]) -> Iterator[DrawnEdge]:
    values: dict[tuple[str, str], list[DrawnValue]] = {}
    for vertex in graph.vertices.values():
        for name, text in vertex.inputs.items():
            bound = bindings_of(text)
            if not bound:
                start = f"{INPUT}.{name}"
                value = DrawnValue(start, text, name, _GIVEN)
                values.setdefault((start, vertex.name), []).append(value)
            for source, output in bound:
                taken = f"{source}.{output}"
                start = source if source in graph.vertices else taken
                value = DrawnValue(taken, types[taken], name, _BOUND)
                values.setdefault((start, vertex.name), []).append(value)
    for edge in graph.edges:
        values.setdefault((edge.source, edge.target), [])
    for (start, target), carried in values.items():
        yield DrawnEdge(start, target, tuple(carried))
