"""Plan a hand-made graph: its handlers take keywords and return dicts of outputs.

Dependencies are the edges and the bindings together, so a binding need not be repeated
as an edge. Everything that can be wrong before a handler runs is found here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, iscoroutinefunction, signature

import attrs

from hbia_dsl.compat.dict_results import Given, arguments_by_name, store_dict
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    ASYNC_HANDLER,
    MISSING_HANDLER,
    UNBOUND_DATA,
    UNKNOWN_FLOW,
)
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import (
    DataResolutionError,
    FlowNotFoundError,
    HandlerNotFoundError,
    HandlerResolutionError,
)
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex

Handlers = Mapping[str, Callable[..., object]] | Callable[[str], Callable[..., object]] | None
"""By name of the vertex, or a function from that name to the handler."""


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
        HandlerResolutionError: A handler is `async def` but the run is not async.
        DataResolutionError: An input has no source.
        GraphCycleError: Vertices wait for each other.
        AtomicBoundaryError: An outsider lies between members of an atomic group.
    """
    part = with_binding_edges(_named_part(graph, flow_name))
    topology = GraphTopology(part)
    topology.check_acyclic()
    topology.check_groups()
    found = {name: _handler(vertex, handlers) for name, vertex in part.vertices.items()}
    _refuse_async(found, is_async=is_async)
    number = {name: index for index, name in enumerate(topology.names)}
    groups = tuple(part.atomic_groups.values())
    numbering = number_vertices(
        topology.adjacency,
        [[number[m] for m in group.vertices] for group in groups],
        [group.no_parallel for group in groups],
    )
    ordered = [topology.names[v] for v in numbering.order]
    slot_of = {name: slot for slot, name in enumerate(ordered, start=1)}
    planned = []
    for name in ordered:
        binder = _Binder(part.vertices[name], found[name], part, slot_of, initial_data)
        planned.append(binder.planned())
    return Plan(
        flow=flow_name or "graph",
        vertices=planned,
        stage_ends=numbering.stage_ends,
        predecessor_counts=numbering.predecessor_counts,
        successors=numbering.successors,
        inner_successors=numbering.inner_successors,
        inner_counts=numbering.inner_counts,
        slot_count=len(ordered) + 1,
        has_async=any(v.is_async for v in planned),
        has_timeouts=False,
    )


def with_binding_edges(graph: Graph) -> Graph:
    """Add an edge for every binding that the graph has no edge for.

    Raises:
        DataResolutionError: A binding names a vertex or a declared output that is not there.
    """
    whole = Graph(graph.vertices.values(), graph.edges)
    for vertex in graph.vertices.values():
        for parameter, text in vertex.inputs.items():
            if "." in text:
                source, _, output = text.partition(".")
                _check_reference(graph, vertex, parameter, source, output)
                whole.add_edge(Edge(source, vertex.name))
    for group in graph.atomic_groups.values():
        whole.add_atomic_group(group)
    return whole.frozen()


def _named_part(graph: Graph, flow_name: str | None) -> Graph:
    if flow_name is None:
        return graph
    if flow_name not in graph.flows:
        raise FlowNotFoundError(
            Diagnostic(
                UNKNOWN_FLOW,
                f"the graph has no flow `{flow_name}`",
                help=did_you_mean(flow_name, graph.flows)
                or "leave `flow_name` out to run the whole graph",
            )
        )
    members = set(graph.flows[flow_name])
    groups = (
        attrs.evolve(g, vertices=tuple(v for v in g.vertices if v in members))
        for g in graph.atomic_groups.values()
    )
    return Graph(
        (v for v in graph.vertices.values() if v.name in members),
        (e for e in graph.edges if e.source in members and e.target in members),
        (g for g in groups if g.vertices),
    )


def _check_reference(
    graph: Graph, vertex: Vertex, parameter: str, source: str, output: str
) -> None:
    producer = graph.vertices.get(source)
    outputs = producer.outputs if producer is not None else {}
    if producer is not None and (not outputs or output in outputs):
        return
    known = [f"{v.name}.{o}" for v in graph.vertices.values() for o in v.outputs]
    raise DataResolutionError(
        Diagnostic(
            UNBOUND_DATA,
            f"input `{parameter}` of vertex `{vertex.name}` is bound to `{source}.{output}`, "
            "which the graph does not have",
            help=did_you_mean(f"{source}.{output}", [*known, *graph.vertices]),
        )
    )


def _handler(vertex: Vertex, handlers: Handlers) -> Callable[..., object]:
    found: object = None
    if callable(handlers):
        found = handlers(vertex.name)
    elif handlers is not None:
        found = handlers.get(vertex.name)
    found = vertex.handler if found is None else found
    if callable(found):
        return found
    known = list(handlers) if isinstance(handlers, Mapping) else []
    raise HandlerNotFoundError(
        Diagnostic(
            MISSING_HANDLER,
            f"vertex `{vertex.name}` has no handler",
            notes=() if found is None else (f"`{found}` is a path; paths are not imported here",),
            help=did_you_mean(vertex.name, known) or f'pass handlers={{"{vertex.name}": function}}',
        )
    )


def _refuse_async(handlers: Mapping[str, Callable[..., object]], *, is_async: bool) -> None:
    if is_async:
        return
    for name, handler in handlers.items():
        if iscoroutinefunction(handler):
            raise HandlerResolutionError(
                Diagnostic(
                    ASYNC_HANDLER,
                    f"the handler of vertex `{name}` is `async def`, but the run is not async",
                    location=location_of(handler),
                    help="pass async_enabled=True, or write `await run_flow_async(...)`",
                )
            )


class _Binder:
    """Finds where each argument of one handler comes from."""

    def __init__(
        self,
        vertex: Vertex,
        handler: Callable[..., object],
        graph: Graph,
        slot_of: Mapping[str, int],
        initial_data: Mapping[str, object],
    ) -> None:
        self.vertex = vertex
        self.handler = handler
        self.graph = graph
        self.slot_of = slot_of
        self.initial_data = initial_data

    def planned(self) -> PlannedVertex:
        """Return the vertex as a run needs it."""
        declared = self.vertex.inputs
        given = self._declared(declared) if declared else self._by_signature()
        return PlannedVertex(
            self.vertex.name,
            self.handler,
            positional=compile_arguments([]),
            keyword_names=tuple(given),
            keywords=arguments_by_name(self.vertex.name, given) if given else None,
            slot=self.slot_of[self.vertex.name],
            store=store_dict(self.vertex, self.handler, self.slot_of[self.vertex.name]),
            is_async=iscoroutinefunction(self.handler),
        )

    def _declared(self, inputs: Mapping[str, str]) -> dict[str, Given]:
        given = {}
        for parameter, text in inputs.items():
            if "." in text:
                source, _, output = text.partition(".")
                given[parameter] = Given(((self.slot_of[source], output),))
            else:
                key = self._initial_key(parameter)
                if key is None:
                    raise self._unbound(parameter, f"declared as `{text}`")
                given[parameter] = Given(((0, key),))
        return given

    def _by_signature(self) -> dict[str, Given]:
        """Without declared inputs the handler's own parameters say what it takes."""
        given = {}
        before = [e.source for e in self.graph.edges if e.target == self.vertex.name]
        for name, parameter in _parameters(self.handler):
            declaring = [s for s in before if name in self.graph.vertices[s].outputs]
            silent = [s for s in before if not self.graph.vertices[s].outputs]
            key = self._initial_key(name)
            candidates = tuple((self.slot_of[s], name) for s in declaring or silent)
            has_default = parameter.default is not Parameter.empty
            if not declaring and key is not None:
                given[name] = Given((*candidates, (0, key)))
            elif candidates:
                given[name] = Given(candidates, default=parameter.default)
            elif not has_default:
                raise self._unbound(name, "taken by the handler")
        return given

    def _initial_key(self, parameter: str) -> str | None:
        qualified = f"{self.vertex.name}.{parameter}"
        for key in (qualified, parameter):
            if key in self.initial_data:
                return key
        return None

    def _unbound(self, parameter: str, how: str) -> DataResolutionError:
        return DataResolutionError(
            Diagnostic(
                UNBOUND_DATA,
                f"input `{parameter}` of vertex `{self.vertex.name}`, {how}, has no source",
                location=location_of(self.handler, parameter),
                help=did_you_mean(parameter, self.initial_data)
                or f'pass initial_data={{"{parameter}": ...}}, or bind it to "vertex.output"',
            )
        )


def _parameters(handler: Callable[..., object]) -> Iterable[tuple[str, Parameter]]:
    try:
        parameters: Sequence[Parameter] = tuple(signature(handler).parameters.values())
    except (TypeError, ValueError):  # a builtin that does not tell
        return
    for parameter in parameters:
        if parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            yield parameter.name, parameter
