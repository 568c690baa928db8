"""`run_flow` and `run_flow_async`: the original's calls, on the same engine."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from hbia_dsl.compat.dict_results import check_initial_data
from hbia_dsl.compat.plan_graph import Handlers, plan_graph
from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.conf.settings import resolve_flag
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_account import VertexTiming, states_of, timings_of
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions
from hbia_dsl.graph.graph import Graph
from hbia_dsl.kernel.conclusion import identity
from hbia_dsl.kernel.kernel import SUCCEEDED
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_state import RunState


class FlowResult(Mapping[str, object]):
    """The values of a run by `vertex.output`, in canonical order in every mode."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    @cached_property
    def _values(self) -> dict[str, object]:
        state = self._state
        found: dict[str, object] = {}
        for vertex, outcome in zip(state.vertices, state.kernel.states, strict=True):
            outputs = state.slots[vertex.slot]
            if outcome == SUCCEEDED and isinstance(outputs, Mapping):
                found |= {f"{vertex.name}.{name}": value for name, value in outputs.items()}
        return found

    def __getitem__(self, key: str) -> object:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"FlowResult({', '.join(self._values)})"

    @property
    def id(self) -> str:
        """Identity of the run."""
        return identity(self._state)

    @cached_property
    def states(self) -> Mapping[str, str]:
        """How each vertex ended."""
        return states_of(self._state)

    @cached_property
    def timings(self) -> Mapping[str, VertexTiming]:
        """When each vertex ran, in seconds since the first was started."""
        return timings_of(self._state)


def run_flow(
    graph: Graph,
    flow_name: str | None = None,
    handlers: Handlers = None,
    initial_data: Mapping[str, object] | None = None,
    *,
    cache_enabled: bool | NotGiven = NOT_GIVEN,
    parallel_enabled: bool | NotGiven = NOT_GIVEN,
    async_enabled: bool | NotGiven = NOT_GIVEN,
    max_workers: int | NotGiven = NOT_GIVEN,
) -> FlowResult:
    """Run a graph and wait for it.

    Args:
        graph: The graph; it may go on changing afterwards.
        flow_name: One of the graph's named flows; None for the whole graph.
        handlers: A handler for each vertex by name, or a function from name to handler.
            They take keyword arguments and return a dict of their outputs. Without one
            the vertex's own handler is used.
        initial_data: Values for inputs that are declared by type, by parameter or by
            `vertex.parameter`.
        cache_enabled: Skip unchanged pure vertices.
        parallel_enabled: Run the vertices of one stage at once.
        async_enabled: Await handlers that are `async def`; alone, one at a time.
        max_workers: How many threads to use at the most.

    Returns:
        The values by `vertex.output`.

    Raises:
        FlowFailed: Handlers failed; their exceptions are inside.
        HandlerNotFoundError: A vertex has no handler; nothing has run.
        HandlerResolutionError: A handler is `async def` but `async_enabled` is not set.
        DataResolutionError: An input has no source; nothing has run.
        ContractInputError: Initial data are not of their declared type.
        GraphCycleError: Vertices wait for each other.
        RunOptionError: `max_workers` is not a whole number of at least 1.
    """
    options = _options(cache=cache_enabled, parallel=parallel_enabled, max_workers=max_workers)
    data = {} if initial_data is None else initial_data
    is_async = resolve_flag("ASYNC_ENABLED", async_enabled)
    plan = _plan(graph, flow_name, handlers, data, is_async=is_async)
    return FlowResult(execute(plan, {0: data}, options))


async def run_flow_async(
    graph: Graph,
    flow_name: str | None = None,
    handlers: Handlers = None,
    initial_data: Mapping[str, object] | None = None,
    *,
    cache_enabled: bool | NotGiven = NOT_GIVEN,
    parallel_enabled: bool | NotGiven = NOT_GIVEN,
    async_enabled: bool = True,
    max_workers: int | NotGiven = NOT_GIVEN,
) -> FlowResult:
    """Run a graph inside asyncio or trio, whichever is running.

    Args and errors are those of `run_flow`; `async_enabled` is on, since the call itself
    is awaited. Handlers that are not async run on threads.
    """
    options = _options(cache=cache_enabled, parallel=parallel_enabled, max_workers=max_workers)
    data = {} if initial_data is None else initial_data
    plan = _plan(graph, flow_name, handlers, data, is_async=async_enabled)
    return FlowResult(await execute_async(plan, {0: data}, options))


def _plan(
    graph: Graph,
    flow_name: str | None,
    handlers: Handlers,
    data: Mapping[str, object],
    *,
    is_async: bool,
) -> Plan:
    plan = plan_graph(graph, flow_name, handlers, data, is_async=is_async)
    planned = {vertex.name for vertex in plan.vertices}
    check_initial_data((v for v in graph.vertices.values() if v.name in planned), data)
    return plan


def _options(
    *, cache: bool | NotGiven, parallel: bool | NotGiven, max_workers: int | NotGiven
) -> RunOptions:
    given: OptionsGiven = {}
    if cache is not NOT_GIVEN:
        given["cache"] = cache
    if parallel is not NOT_GIVEN:
        given["parallel"] = parallel
    if max_workers is not NOT_GIVEN:
        given["max_workers"] = max_workers
    return RunOptions().changed(given)
