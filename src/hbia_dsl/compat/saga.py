"""`SagaCoordinator` and `SagaStep`: the original's words for a group that compensates."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Self

import attrs

from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.given_handlers import Handlers
from hbia_dsl.compat.run_flow import run_flow, run_flow_async
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_GRAPH
from hbia_dsl.errors import GraphError
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import Vertex

Compensation = Callable[[Mapping[str, object], object], object]
"""Takes the inputs of a step by name and its result; takes back what the step did."""


@attrs.frozen
class SagaStep:
    """One step of a saga: a vertex, and what takes it back."""

    name: str
    """Unique in its saga."""
    vertex_name: str
    """The vertex that does it."""
    compensate_handler: Compensation | None = None
    """What takes it back; None if there is nothing to take back."""


class SagaCoordinator:
    """Steps that run one after the other, and are taken back in reverse if one fails.

    A thin face of an atomic group with `on_failure="compensate"`: the steps of the saga are
    its members, and a failed run raises `FlowFailed`, with `compensation_failures`.

    Example:
        >>> done = []
        >>> saga = SagaCoordinator("trip")
        >>> saga = saga.add_step(
        ...     SagaStep("book", "book", lambda inputs, result: done.append("undone"))
        ... )
        >>> saga = saga.add_step(SagaStep("pay", "pay"))
        >>> def book():
        ...     return {}
        >>> def pay():
        ...     raise RuntimeError("no money")
        >>> try:
        ...     saga.run(handlers={"book": book, "pay": pay})
        ... except* RuntimeError:
        ...     print(done)
        ['undone']
    """

    def __init__(self, name: str) -> None:
        self.name: str = name
        self._steps: dict[str, SagaStep] = {}

    @property
    def steps(self) -> tuple[SagaStep, ...]:
        """The steps in their order."""
        return tuple(self._steps.values())

    def add_step(self, step: SagaStep) -> Self:
        """Add a step behind those that are there; return the coordinator.

        Raises:
            GraphError: The saga has a step of that name, or with that vertex, already.
        """
        vertices = {known.vertex_name for known in self._steps.values()}
        if step.name in self._steps or step.vertex_name in vertices:
            text = f"saga `{self.name}` has a step `{step.name}` of `{step.vertex_name}` already"
            raise _problem(text, "give each step a name and a vertex of its own")
        self._steps[step.name] = step
        return self

    def graph(self, around: Graph | None = None) -> Graph:
        """Return the saga as a graph with one atomic group.

        Args:
            around: The graph that has the vertices; without one, the steps are all there is.

        Raises:
            GraphError: The saga has no steps, or a step's vertex is not there.
        """
        if not self._steps:
            raise _problem(f"saga `{self.name}` has no steps", "add one with `add_step`")
        of_vertex = {step.vertex_name: step for step in self._steps.values()}
        base = Graph([Vertex(name) for name in of_vertex]) if around is None else around
        for name in of_vertex:
            base.vertex(name)
        vertices = [
            attrs.evolve(vertex, compensate=of_vertex[name].compensate_handler or _nothing)
            if name in of_vertex
            else vertex
            for name, vertex in base.vertices.items()
        ]
        order = [Edge(before, after) for before, after in pairwise(of_vertex)]
        group = AtomicGroup(self.name, tuple(of_vertex), on_failure="compensate")
        return Graph(vertices, [*base.edges, *order], [*base.atomic_groups.values(), group])

    def run(
        self,
        graph: Graph | None = None,
        handlers: Handlers = None,
        initial_data: Mapping[str, object] | None = None,
    ) -> FlowResult:
        """Run the steps in order.

        Args:
            graph: The graph that has the vertices; without one, the steps are all there is.
            handlers: As `run_flow` takes them.
            initial_data: As `run_flow` takes them.

        Raises:
            FlowFailed: A step failed; those before it were taken back.
            GraphError: The saga has no steps, or a step's vertex is not there.
        """
        return run_flow(self.graph(graph), handlers=handlers, initial_data=initial_data)

    async def run_async(
        self,
        graph: Graph | None = None,
        handlers: Handlers = None,
        initial_data: Mapping[str, object] | None = None,
    ) -> FlowResult:
        """Run the steps in order, inside asyncio or trio; see `run`."""
        whole = self.graph(graph)
        return await run_flow_async(whole, handlers=handlers, initial_data=initial_data)


def _nothing(_inputs: Mapping[str, object], _result: object) -> None:
    """Take back a step of which nothing is to be taken back."""


def _problem(text: str, help_: str) -> GraphError:
    return GraphError(Diagnostic(BAD_GRAPH, text, location=caller_location(), help=help_))
