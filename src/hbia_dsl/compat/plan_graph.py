"""Plan a graph: its handlers take keywords and return dicts of outputs, or decorated values.

Dependencies are the edges and the bindings together. Everything that can be wrong
before a handler runs is found here.
"""

from collections.abc import Container, Mapping
from typing import Final

from hbia_dsl.compat.argument_binding import ArgumentBinder
from hbia_dsl.compat.compensation_finding import find_compensations
from hbia_dsl.compat.decorated_results import DecoratedResult, decorated_results, taking_value
from hbia_dsl.compat.dict_results import arguments_by_name, store_result
from hbia_dsl.compat.given_handlers import Handler, HandlerSource
from hbia_dsl.compat.graph_groups import GraphGroups
from hbia_dsl.compat.graph_part import part_of_graph
from hbia_dsl.compat.handler_finding import find_async, find_handlers, refuse_async
from hbia_dsl.compat.initial_data import check_initial_data
from hbia_dsl.compat.uncached_vertices import uncached_vertices
from hbia_dsl.errors import AtomicBoundaryError
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex


def plan_graph(
    graph: Graph,
    flow_name: str | None,
    handlers: HandlerSource,
    initial_data: Mapping[str, object],
    *,
    is_async: bool,
    is_cached: bool = False,
    backend: object = None,
) -> Plan:
    """Make the plan of a graph, or of one of its named flows.

    Slot 0 holds the initial data; each vertex has one slot, for its dict of outputs, and
    behind them each group that is a transaction has one.

    Raises:
        AtomicSetupError: The backend is none.
        FlowNotFoundError: The graph has no flow of that name.
        HandlerNotFoundError: A vertex has no handler.
        HandlerResolutionError: A handler cannot be used: it is no function, it does not
            take what its vertex declares, or it is `async def` in a run that is not async.
        DataResolutionError: An input has no source.
        ContractInputError: Initial data are not of their declared type.
        GraphCycleError: Vertices wait for each other.
        AtomicBoundaryError: An outsider lies between members of an atomic group, or nothing
            leads from one member to another.
    """
    part = part_of_graph(graph, flow_name)
    topology = GraphTopology(part)
    _check_shape(topology)
    found = find_handlers(part.vertices.values(), handlers)
    ways = decorated_results(part.vertices.values(), found)
    compensations = _compensations(part, handlers, found, ways)
    if not is_async:
        refuse_async(found, find_async(found))
        refuse_async(compensations, find_async(compensations))
    groups = GraphGroups(part, backend, slot=len(topology.names) + 1)
    numbering = _number(topology, groups)
    uncached = uncached_vertices(part) if is_cached else {}
    cached = part.vertices.keys() - uncached if is_cached else ()
    planned = _vertices(topology, numbering, groups, found, initial_data, ways=ways, cached=cached)
    check_initial_data(part.vertices.values(), initial_data)
    return Plan(
        flow=flow_name or "graph",
        vertices=planned,
        stage_ends=numbering.stage_ends,
        predecessor_counts=numbering.predecessor_counts,
        successors=numbering.successors,
        inner_successors=numbering.inner_successors,
        inner_counts=numbering.inner_counts,
        slot_count=len(topology.names) + 1 + groups.slot_count,
        has_async=any(v.is_async for v in planned) or bool(find_async(compensations)),
        has_timeouts=False,
        has_effects=any(vertex.effect != "pure" for vertex in part.vertices.values()),
        groups=groups.planned(numbering, planned, compensations),
        always_runs=uncached,
    )


def _check_shape(topology: GraphTopology) -> None:
    """Refuse the cycles and groups that documents and flows of functions refuse."""
    topology.check_acyclic()
    found = list(topology.group_diagnostics())
    if found:
        raise AtomicBoundaryError("an atomic group cannot run as one unit", found)


def _compensations(
    part: Graph, source: HandlerSource, handlers: Mapping[str, Handler], ways: Container[str]
) -> dict[str, Handler]:
    return {
        name: taking_value(undo) if name in ways else undo
        for name, undo in find_compensations(part, source, handlers).items()
    }


def _vertices(
    topology: GraphTopology,
    numbering: Numbering,
    groups: GraphGroups,
    handlers: Mapping[str, Handler],
    initial_data: Mapping[str, object],
    *,
    ways: Mapping[str, DecoratedResult],
    cached: Container[str],
) -> list[PlannedVertex]:
    """Return the vertices and the steps of groups, in canonical order."""
    graph, names = topology.graph, topology.names
    count = len(names)
    ordered = [names[v] for v in numbering.order if v < count]
    slot_of = {name: slot for slot, name in enumerate(ordered, start=1)}
    binder = ArgumentBinder(graph, _sources(graph), slot_of, initial_data)
    async_handlers = find_async(handlers)
    found = []
    for number, v in enumerate(numbering.order):
        if v >= count:
            found.append(groups.step(numbering, number))
            continue
        vertex = graph.vertices[names[v]]
        found.append(
            _planned(
                vertex,
                handlers[vertex.name],
                binder,
                groups,
                way=ways.get(vertex.name),
                is_async=vertex.name in async_handlers,
                is_cached=vertex.name in cached,
            )
        )
    return found


_NO_ARGUMENTS: Final = compile_arguments([])


def _number(topology: GraphTopology, planned: GraphGroups) -> Numbering:
    number = {name: index for index, name in enumerate(topology.names)}
    groups = tuple(topology.graph.atomic_groups.values())
    members = [[number[name] for name in group.vertices] for group in groups]
    are_transactions = planned.are_transactions
    # A transaction is used by one member at a time, and begun again only when none runs.
    are_serial = [g.no_parallel or t for g, t in zip(groups, are_transactions, strict=True)]
    numbering = number_vertices(topology.adjacency, members, are_serial, are_transactions)
    in_turn = planned.in_turn(topology.adjacency, numbering)
    if in_turn is None:
        return numbering
    return number_vertices(in_turn, members, are_serial, are_transactions)


def _sources(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in graph.edges:
        found.setdefault(edge.target, []).append(edge.source)
    return found


def _planned(
    vertex: Vertex,
    handler: Handler,
    binder: ArgumentBinder,
    groups: GraphGroups,
    *,
    way: DecoratedResult | None,
    is_async: bool,
    is_cached: bool,
) -> PlannedVertex:
    given = binder.bind(vertex, handler)
    slot = binder.slot_of[vertex.name]
    called = handler
    if is_cached:
        from hbia_dsl.compat.cached_vertex import cached  # loaded where it is used

        called = cached(vertex, handler, way, is_async=is_async)
    return PlannedVertex(
        vertex.name,
        groups.call(vertex.name, called, is_async=is_async),
        positional=_NO_ARGUMENTS,
        keyword_names=tuple(given),
        keywords=arguments_by_name(vertex.name, given) if given else None,
        slot=slot,
        store=store_result(vertex, handler, way, slot),
        is_async=is_async,
    )
