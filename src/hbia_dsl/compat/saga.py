"""`SagaCoordinator` and `SagaStep`: the original's words for a group that compensates."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from itertools import pairwise
from typing import Never, Protocol, Self, cast

import attrs

from hbia_dsl.atomicity.own_transaction import as_source
from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.given_handlers import Handlers
from hbia_dsl.compat.run_flow import run_flow, run_flow_async
from hbia_dsl.compat.saga_backend import backend_steps, knowing, nothing_to_take_back
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_GRAPH
from hbia_dsl.errors import GraphError
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.signature import is_coroutine_function

Compensation = Callable[[Mapping[str, object], Never], object]
"""Takes the inputs of a step by name and its result; takes back what the step did.

`Never` lets it be a function that takes any type of result.
"""


class SagaLogger(Protocol):
    """What a saga reports to: a `logging.Logger` is one."""

    def info(self, msg: str, /, *args: object) -> None:
        """Note that something went as it should."""
        ...

    def error(self, msg: str, /, *args: object) -> None:
        """Note that something did not."""
        ...


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

    def __init__(self, name: str, backend: object = None, logger: SagaLogger | None = None) -> None:
        """Make a saga without steps.

        Args:
            name: What it is called in errors.
            backend: An object with `commit` and `rollback`, and perhaps `begin`, or a
                transaction of `hbia_dsl.atomicity`. It is begun before the first step and
                committed after the last one. If a step or the commit fails, it is rolled
                back after the steps have been taken back.
            logger: Told when the saga begins, ends or fails, and what is taken back.

        Raises:
            AtomicSetupError: The backend cannot be used as one.
        """
        self.name: str = name
        self._source = None if backend is None else as_source(backend)
        self._logger = logger
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
        """Return the saga as a graph with one atomic group; its backend is not in it.

        Args:
            around: The graph that has the vertices; without one, the steps are all there is.

        Raises:
            GraphError: The saga has no steps, or a step's vertex is not there.
        """
        return self._graph(around, None)

    def _graph(self, around: Graph | None, ends: tuple[Vertex, Vertex] | None) -> Graph:
        """Return the graph, with what begins and commits around the steps if there is any."""
        if not self._steps:
            raise _problem(f"saga `{self.name}` has no steps", "add one with `add_step`")
        of_vertex = {step.vertex_name: step for step in self._steps.values()}
        base = Graph([Vertex(name) for name in of_vertex]) if around is None else around
        for name in of_vertex:
            base.vertex(name)
        vertices = [
            attrs.evolve(vertex, compensate=self._compensation(of_vertex[name]))
            if name in of_vertex
            else vertex
            for name, vertex in base.vertices.items()
        ]
        members = [*of_vertex]
        if ends is not None:
            vertices += ends
            members = [ends[0].name, *members, ends[1].name]
        order = [Edge(before, after) for before, after in pairwise(members)]
        group = AtomicGroup(self.name, tuple(members), on_failure="compensate")
        return Graph(vertices, [*base.edges, *order], [*base.atomic_groups.values(), group])

    def _compensation(self, step: SagaStep) -> Compensation:
        undo, logger = step.compensate_handler, self._logger
        if undo is None or logger is None:
            return undo or nothing_to_take_back
        return _logged(undo, logger, f"saga `{self.name}`: `{step.name}`")

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
        whole, handlers = self._whole(graph, handlers)
        is_async = NOT_GIVEN if self._source is None or not self._source.is_async else True
        with self._reported():
            return run_flow(
                whole, handlers=handlers, initial_data=initial_data, async_enabled=is_async
            )

    async def run_async(
        self,
        graph: Graph | None = None,
        handlers: Handlers = None,
        initial_data: Mapping[str, object] | None = None,
    ) -> FlowResult:
        """Run the steps in order, inside asyncio or trio; see `run`."""
        whole, handlers = self._whole(graph, handlers)
        with self._reported():
            return await run_flow_async(whole, handlers=handlers, initial_data=initial_data)

    def _whole(self, around: Graph | None, handlers: Handlers) -> tuple[Graph, Handlers]:
        """Return the graph and the handlers of one run."""
        if self._source is None:
            return self._graph(around, None), handlers
        ends = backend_steps(self.name, self._source)
        return self._graph(around, ends), knowing(handlers, ends)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Tell the logger how a run begins and ends."""
        logger = self._logger
        if logger is None:
            yield
            return
        logger.info("saga `%s` begins: %s steps", self.name, len(self._steps))
        try:
            yield
        except BaseException as error:
            logger.error("saga `%s` failed: %s", self.name, error)  # noqa: TRY400 - it is raised
            raise
        logger.info("saga `%s` is complete", self.name)


def _logged(undo: Compensation, logger: SagaLogger, what: str) -> Compensation:
    """Return what takes back a step and tells of it."""

    @wraps(undo)
    def call(inputs: Mapping[str, object], result: Never) -> object:
        answer = undo(inputs, result)
        logger.info("%s was taken back", what)
        return answer

    @wraps(undo)
    async def call_async(inputs: Mapping[str, object], result: Never) -> object:
        answer = await cast("Awaitable[object]", undo(inputs, result))
        logger.info("%s was taken back", what)
        return answer

    return call_async if is_coroutine_function(undo) else call


def _problem(text: str, help_: str) -> GraphError:
    return GraphError(Diagnostic(BAD_GRAPH, text, location=caller_location(), help=help_))
