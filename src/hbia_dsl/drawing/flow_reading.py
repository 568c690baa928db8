"""From a wired flow to what drawings show of it."""

from collections.abc import Callable, Mapping

from hbia_dsl.drawing.drawn_graph import (
    DrawnEdge,
    DrawnFlow,
    DrawnInput,
    DrawnOutput,
    DrawnParameter,
    DrawnValue,
    DrawnVertex,
)
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, OutputName
from hbia_dsl.wiring.parameter_types import parameter_types
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def read_flow(flow: WiredFlow) -> DrawnFlow:
    """Return a flow as something to draw.

    Stages are those in which a run does the work: an atomic group is one unit of one stage.

    Complexity:
        O(V log V + E) time.
    """
    topology = GraphTopology(flow.graph)
    staged = topology.scheduling_stages()
    stage_of = {v.name: n for n, stage in enumerate(staged, 1) for unit in stage for v in unit}
    depths = enumerate(topology.execution_stages(), 1)
    depth_of = {v.name: n for n, stage in depths for v in stage}
    group_of = {m: g.name for g in flow.graph.atomic_groups.values() for m in g.vertices}
    vertices = tuple(
        _drawn(vertex, stage_of[name], depth_of[name], group_of.get(name), flow.result)
        for name, vertex in flow.vertices.items()
    )
    return DrawnFlow(
        flow.name,
        tuple(
            DrawnInput(i.name, display(i.form), i.required, bool(i.users))
            for i in flow.inputs.values()
        ),
        vertices,
        tuple(_edges(flow, vertices)),
        tuple(flow.graph.atomic_groups.values()),
        len(staged),
    )


def _drawn(
    vertex: WiredVertex, stage: int, depth: int, group: str | None, result: str | None
) -> DrawnVertex:
    types = parameter_types(vertex)
    returns = display(vertex.returns)
    parts = [DrawnOutput(part.name, display(part.form)) for part in vertex.parts]
    return DrawnVertex(
        name=vertex.name,
        about=_first_line(vertex.handler),
        is_async=vertex.is_async,
        is_pure=vertex.declaration.effect == "pure",
        version=vertex.declaration.version,
        group=group,
        stage=stage,
        depth=depth,
        takes=tuple(
            DrawnParameter(
                binding.parameter,
                types[binding.parameter].text,
                tuple(map(str, binding.sources)),
                binding.rule.value,
            )
            for binding in vertex.bindings
        ),
        returns=returns,
        gives=tuple(parts) or (DrawnOutput(vertex.output, returns),),
        is_result=vertex.name == result,
    )


def _edges(flow: WiredFlow, vertices: tuple[DrawnVertex, ...]) -> list[DrawnEdge]:
    types = _types_of_sources(flow)
    found: dict[tuple[str, str], list[DrawnValue]] = {}
    for vertex, drawn in zip(flow.vertices.values(), vertices, strict=True):
        for binding in vertex.bindings:
            for source in binding.sources:
                name = str(source)
                start = name if source.vertex == INPUT else source.vertex
                value = DrawnValue(name, types[source], binding.parameter, binding.rule.value)
                found.setdefault((start, drawn.name), []).append(value)
    return [DrawnEdge(*ends, tuple(values)) for ends, values in found.items()]


def _types_of_sources(flow: WiredFlow) -> Mapping[OutputName, str]:
    types = {OutputName(INPUT, i.name): display(i.form) for i in flow.inputs.values()}
    for vertex in flow.vertices.values():
        # A split result can be taken whole, by the name of its vertex.
        for whole in (vertex.name, vertex.output):
            types[OutputName(vertex.name, whole)] = display(vertex.returns)
        for part in vertex.parts:
            types[OutputName(vertex.name, part.name)] = display(part.form)
    return types


def _first_line(handler: Callable[..., object]) -> str:
    text = getattr(handler, "__doc__", None)
    if not isinstance(text, str) or getattr(type(handler), "__doc__", None) == text:
        return ""  # a partial has the docstring of its class
    return text.strip().partition("\n")[0].strip()
