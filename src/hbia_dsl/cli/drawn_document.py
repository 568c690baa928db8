"""The flows of a document as something to draw, so that drawings of both kinds look alike."""

from collections.abc import Iterator
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
from hbia_dsl.graph.input_text import binding_of
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex

_BOUND: Final = "binding"
_GIVEN: Final = "initial data"


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
    vertices = tuple(
        _vertex(v, graph, stage_of[v.name], depth_of[v.name], group_of.get(v.name))
        for v in graph.vertices.values()
    )
    return DrawnFlow(
        name,
        tuple(_inputs(graph)),
        vertices,
        tuple(_edges(graph)),
        tuple(graph.atomic_groups.values()),
        len(staged),
    )


def _vertex(vertex: Vertex, graph: Graph, stage: int, depth: int, group: str | None) -> DrawnVertex:
    takes = [_parameter(name, text, graph) for name, text in vertex.inputs.items()]
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


def _parameter(name: str, text: str, graph: Graph) -> DrawnParameter:
    bound = binding_of(text)
    if bound is not None:
        return DrawnParameter(name, _type_of(bound, graph), (".".join(bound),), _BOUND)
    return DrawnParameter(name, text, (f"input.{name}",), _GIVEN)


def _type_of(bound: tuple[str, str], graph: Graph) -> str:
    return graph.vertices[bound[0]].outputs.get(bound[1], "any")


def _inputs(graph: Graph) -> Iterator[DrawnInput]:
    seen: set[str] = set()
    for vertex in graph.vertices.values():
        for name, text in vertex.inputs.items():
            if binding_of(text) is None and name not in seen:
                seen.add(name)
                yield DrawnInput(name, text, required=True, is_used=True)


def _edges(graph: Graph) -> Iterator[DrawnEdge]:
    values: dict[tuple[str, str], list[DrawnValue]] = {}
    for vertex in graph.vertices.values():
        for name, text in vertex.inputs.items():
            bound = binding_of(text)
            if bound is None:
                start = f"input.{name}"
                value = DrawnValue(start, text, name, _GIVEN)
            else:
                start = bound[0]
                value = DrawnValue(".".join(bound), _type_of(bound, graph), name, _BOUND)
            values.setdefault((start, vertex.name), []).append(value)
    for edge in graph.edges:
        values.setdefault((edge.source, edge.target), [])
    for (start, target), carried in values.items():
        yield DrawnEdge(start, target, tuple(carried))
