"""Plan a hand-made graph: its handlers take keywords and return dicts of outputs.

Dependencies are the edges and the bindings together. Everything that can be wrong
before a handler runs is found here.
"""

from collections.abc import Mapping
from typing import Final

from hbia_dsl.compat.argument_binding import ArgumentBinder
from hbia_dsl.compat.dict_results import arguments_by_name, store_dict
from hbia_dsl.compat.given_handlers import Handler, Handlers
from hbia_dsl.compat.graph_part import part_of_graph
from hbia_dsl.compat.handler_finding import find_async, find_handlers, refuse_async
from hbia_dsl.compat.initial_data import check_initial_data
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex


def plan_graph(
    graph: Graph,
    flow_name: str | None,
    handlers: Handlers,
    initial_data: Mapping[str, object],
    *,
    is_async: bool,
) -> Plan:
    """Make the plan of a graph, or of one of its named flows.

    Slot 0 holds the initial data; each vertex has one slot, for its dict of outputs.

    Raises:
        FlowNotFoundError: The graph has no flow of that name.
        HandlerNotFoundError: A vertex has no handler.
        HandlerResolutionError: A handler cannot be used: it is no function, it does not
            take what its vertex declares, or it is `async def` in a run that is not async.
        DataResolutionError: An input has no source.
        ContractInputError: Initial data are not of their declared type.
        GraphCycleError: Vertices wait for each other.
        AtomicBoundaryError: An outsider lies between members of an atomic group.
    """
    part = part_of_graph(graph, flow_name)
    topology = GraphTopology(part)
    topology.check_acyclic()
    topology.check_groups()
    found = find_handlers(part.vertices.values(), handlers)
    async_handlers = find_async(found)
    if not is_async:
        refuse_async(found, async_handlers)
    numbering = _number(topology)
    ordered = [topology.names[v] for v in numbering.order]
    slot_of = {name: slot for slot, name in enumerate(ordered, start=1)}
    binder = ArgumentBinder(part, _sources(part), slot_of, initial_data)
    vertices = part.vertices
    planned = [
        _planned(vertices[name], found[name], binder, is_async=name in async_handlers)
        for name in ordered
    ]
    check_initial_data(vertices.values(), initial_data)
    return Plan(
        flow=flow_name or "graph",
        vertices=planned,
        stage_ends=numbering.stage_ends,
        predecessor_counts=numbering.predecessor_counts,
        successors=numbering.successors,
        inner_successors=numbering.inner_successors,
        inner_counts=numbering.inner_counts,
        slot_count=len(ordered) + 1,
        has_async=bool(async_handlers),
        has_timeouts=False,
    )


_NO_ARGUMENTS: Final = compile_arguments([])


def _number(topology: GraphTopology) -> Numbering:
    number = {name: index for index, name in enumerate(topology.names)}
    groups = tuple(topology.graph.atomic_groups.values())
    return number_vertices(
        topology.adjacency,
        [[number[m] for m in group.vertices] for group in groups],
        [group.no_parallel for group in groups],
    )


def _sources(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in graph.edges:
        found.setdefault(edge.target, []).append(edge.source)
    return found


def _planned(
    vertex: Vertex, handler: Handler, binder: ArgumentBinder, *, is_async: bool
) -> PlannedVertex:
    given = binder.bind(vertex, handler)
    slot = binder.slot_of[vertex.name]
    return PlannedVertex(
        vertex.name,
        handler,
        positional=_NO_ARGUMENTS,
        keyword_names=tuple(given),
        keywords=arguments_by_name(vertex.name, given) if given else None,
        slot=slot,
        store=store_dict(vertex, handler, slot),
        is_async=is_async,
    )
