"""`run_flow` and `run_flow_async`: the original's calls, on the same engine."""

from collections.abc import Iterable, Mapping

from hbia_dsl.compat.call_reading import Flags
from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.given_handlers import Handlers
from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.graph.graph import Graph


def run_flow(
    graph: Graph,
    flow_name: str | None = None,
    handlers: Handlers = None,
    initial_data: Mapping[str, object] | None = None,
    *,
    allowed: str | Iterable[str] = (),
    cache_enabled: bool | NotGiven = NOT_GIVEN,
    parallel_enabled: bool | NotGiven = NOT_GIVEN,
    async_enabled: bool | NotGiven = NOT_GIVEN,
    max_workers: int | NotGiven = NOT_GIVEN,
    transaction_backend: object = None,
) -> FlowResult:
    """Run a graph and wait for it.

    Args:
        graph: The graph; it may go on changing afterwards.
        flow_name: One of the graph's named flows; None for the whole graph.
        handlers: A handler for each vertex by name, or a function from name to handler.
            They take keyword arguments and return a dict of their outputs. Without one
            the vertex's own handler is used. Or a `HandlerResolver`, which follows the
            paths that vertices have as handlers.
        initial_data: Values for inputs that are declared by type, by parameter or by
            `vertex.parameter`.
        allowed: Modules into which such paths are followed, each with what is under it;
            without any, paths are refused.
        cache_enabled: Skip unchanged pure vertices.
        parallel_enabled: Run the vertices of one stage at once.
        async_enabled: Await handlers that are `async def`; alone, one at a time.
        max_workers: How many threads to use at the most.
        transaction_backend: What the atomic groups that are rolled back work on: an object
            with `commit` and `rollback`, and perhaps `begin`. Each group calls `begin`
            before its members, then `commit`, or `rollback` if one failed or the run did.
            Or a transaction of `hbia_dsl.atomicity`.

    Returns:
        The values by `vertex.output`.

    Raises:
        FlowFailed: Handlers failed; their exceptions are inside.
        HandlerNotFoundError: A vertex has no handler; nothing has run.
        HandlerResolutionError: A handler cannot be used: its path leads where it may not,
            or it is `async def` and `async_enabled` is not set.
        DataResolutionError: An input has no source; nothing has run.
        ContractInputError: Initial data are not of their declared type.
        GraphCycleError: Vertices wait for each other.
        AtomicBoundaryError: An atomic group cannot run as one; nothing has run.
        RunInputError: An argument is of a wrong kind, such as a dict in the place of a name.
        RunOptionError: A flag is not a flag, or `max_workers` not a whole number above 0.
        RunUsageError: An event loop runs on this thread.
        SettingsError: The environment holds a bad `HBIA_*` value; nothing has run.
    """
    from hbia_dsl.compat.graph_running import run_graph  # the engine, loaded where it is used

    flags = Flags(cache_enabled, parallel_enabled, async_enabled, max_workers)
    return run_graph(
        graph,
        flow_name,
        handlers,
        initial_data,
        flags,
        allowed=allowed,
        backend=transaction_backend,
    )


async def run_flow_async(
    graph: Graph,
    flow_name: str | None = None,
    handlers: Handlers = None,
    initial_data: Mapping[str, object] | None = None,
    *,
    allowed: str | Iterable[str] = (),
    cache_enabled: bool | NotGiven = NOT_GIVEN,
    parallel_enabled: bool | NotGiven = NOT_GIVEN,
    async_enabled: bool = True,
    max_workers: int | NotGiven = NOT_GIVEN,
    transaction_backend: object = None,
) -> FlowResult:
    """Run a graph inside asyncio or trio, whichever is running.

    Args and errors are those of `run_flow`; `async_enabled` is on, since the call itself
    is awaited. Handlers that are not async run on threads.
    """
    from hbia_dsl.compat.graph_running import run_graph_async  # loaded where it is used

    flags = Flags(cache_enabled, parallel_enabled, async_enabled, max_workers)
    return await run_graph_async(
        graph,
        flow_name,
        handlers,
        initial_data,
        flags,
        allowed=allowed,
        backend=transaction_backend,
    )
