"""Run a hand-made graph: what `run_flow` and `run_flow_async` do once they are called."""

from collections.abc import Iterable, Mapping

from hbia_dsl.compat.call_reading import Flags, check_call
from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.given_handlers import Handlers, HandlerSource
from hbia_dsl.compat.plan_graph import plan_graph
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.settings_in_force import settings_in_force
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_mode import run_mode
from hbia_dsl.graph.graph import Graph

_OVERRULED = ("ASYNC_ENABLED",)


def run_graph(
    graph: Graph,
    flow_name: str | None,
    handlers: Handlers,
    initial_data: Mapping[str, object] | None,
    flags: Flags,
    *,
    allowed: str | Iterable[str] = (),
    backend: object = None,
) -> FlowResult:
    """Run a graph and wait for it; see `run_flow`."""
    source = HandlerSource(handlers, allowed)
    check_call(graph, flow_name, source, initial_data)
    options = flags.options()
    given = flags.async_enabled
    mode = run_mode(options, overruled=() if given is NOT_GIVEN else _OVERRULED)
    is_async = settings_in_force().is_async if given is NOT_GIVEN else given is True
    data = {} if initial_data is None else dict(initial_data)
    plan = plan_graph(
        graph,
        flow_name,
        source,
        data,
        is_async=is_async,
        is_cached=mode.cache_dir is not None,
        backend=backend,
    )
    call = "run_flow_async(...)"
    return FlowResult(execute(plan, {0: data}, options, mode=mode, awaitable_call=call))


async def run_graph_async(
    graph: Graph,
    flow_name: str | None,
    handlers: Handlers,
    initial_data: Mapping[str, object] | None,
    flags: Flags,
    *,
    allowed: str | Iterable[str] = (),
    backend: object = None,
) -> FlowResult:
    """Run a graph inside the running event loop; see `run_flow_async`."""
    source = HandlerSource(handlers, allowed)
    check_call(graph, flow_name, source, initial_data)
    options = flags.options()
    mode = run_mode(options, overruled=_OVERRULED)
    data = {} if initial_data is None else dict(initial_data)
    plan = plan_graph(
        graph,
        flow_name,
        source,
        data,
        is_async=flags.async_enabled is True,
        is_cached=mode.cache_dir is not None,
        backend=backend,
    )
    call = "run_flow(...)"
    return FlowResult(await execute_async(plan, {0: data}, options, mode=mode, blocking_call=call))
