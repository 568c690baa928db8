"""`run_flow` and `run_flow_async`: the original's calls, on the same engine."""

from collections.abc import Mapping

from hbia_dsl.compat.call_reading import Flags, check_call
from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.handler_finding import Handlers
from hbia_dsl.compat.plan_graph import plan_graph
from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.conf.settings_in_force import settings_in_force
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_mode import run_mode
from hbia_dsl.graph.graph import Graph

_OVERRULED = ("ASYNC_ENABLED",)


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
        HandlerResolutionError: A handler cannot be used; for one that is `async def`
            `async_enabled` is not set.
        DataResolutionError: An input has no source; nothing has run.
        ContractInputError: Initial data are not of their declared type.
        GraphCycleError: Vertices wait for each other.
        RunInputError: An argument is of a wrong kind, such as a dict in the place of a name.
        RunOptionError: A flag is not a flag, or `max_workers` not a whole number above 0.
        RunUsageError: An event loop runs on this thread.
        SettingsError: The environment holds a bad `HBIA_*` value; nothing has run.
    """
    check_call(graph, flow_name, handlers, initial_data)
    options = Flags(cache_enabled, parallel_enabled, async_enabled, max_workers).options()
    is_given = async_enabled is not NOT_GIVEN
    mode = run_mode(options, overruled=_OVERRULED if is_given else ())
    is_async = settings_in_force().is_async if async_enabled is NOT_GIVEN else async_enabled
    data = {} if initial_data is None else dict(initial_data)
    plan = plan_graph(graph, flow_name, handlers, data, is_async=is_async)
    inputs = {0: data}
    state = execute(plan, inputs, options, mode=mode, awaitable_call="run_flow_async(...)")
    return FlowResult(state)


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
    check_call(graph, flow_name, handlers, initial_data)
    options = Flags(cache_enabled, parallel_enabled, async_enabled, max_workers).options()
    mode = run_mode(options, overruled=_OVERRULED)
    data = {} if initial_data is None else dict(initial_data)
    plan = plan_graph(graph, flow_name, handlers, data, is_async=async_enabled)
    inputs = {0: data}
    state = await execute_async(plan, inputs, options, mode=mode, blocking_call="run_flow(...)")
    return FlowResult(state)
