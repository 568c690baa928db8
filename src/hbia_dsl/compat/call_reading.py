"""The arguments of `run_flow`: checked, and turned into the options of a run."""

from collections.abc import Iterable, Mapping

import attrs

from hbia_dsl.compat.given_handlers import HandlerSource
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.setting_fields import is_worker_count
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_RUN_INPUT
from hbia_dsl.documents.handler_resolver import HandlerResolver
from hbia_dsl.errors import RunInputError
from hbia_dsl.flow.flow import Flow
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions, bad_value
from hbia_dsl.graph.graph import Graph


@attrs.frozen
class Flags:
    """The options of a call of `run_flow`, as they were given."""

    cache_enabled: object = NOT_GIVEN
    parallel_enabled: object = NOT_GIVEN
    async_enabled: object = NOT_GIVEN
    max_workers: object = NOT_GIVEN

    def options(self) -> RunOptions:
        """Return the options of the run.

        Raises:
            RunOptionError: One has a value that it cannot have.
        """
        given: OptionsGiven = {}
        for name in ("cache_enabled", "parallel_enabled", "async_enabled"):
            value: object = getattr(self, name)
            if value is not NOT_GIVEN and not isinstance(value, bool):
                raise bad_value(name, "True or False", value)
        if isinstance(self.cache_enabled, bool):
            given["cache"] = self.cache_enabled
        if isinstance(self.parallel_enabled, bool):
            given["parallel"] = self.parallel_enabled
        if self.max_workers is not NOT_GIVEN:
            if not is_worker_count(self.max_workers) or not isinstance(self.max_workers, int):
                raise bad_value("max_workers", "a whole number of at least 1", self.max_workers)
            given["max_workers"] = self.max_workers
        return RunOptions().changed(given)


def check_call(
    graph: object, flow_name: object, handlers: HandlerSource, initial_data: object
) -> None:
    """Refuse arguments of a wrong kind: mostly one that slipped into another's place.

    Raises:
        RunInputError: One is of a kind that it cannot be.
    """
    if not isinstance(graph, Graph):
        help_ = "write run_flow(graph, handlers={...})"
        if isinstance(graph, Flow):
            help_ = "a flow of decorated functions is run by itself: flow.run(...)"
        raise _wrong("graph", "a `Graph`", graph, help_)
    if flow_name is not None and not isinstance(flow_name, str):
        help_ = "give `handlers` and `initial_data` by keyword: `flow_name` comes before them"
        raise _wrong("flow_name", "text", flow_name, help_)
    given: object = handlers.given
    if isinstance(given, str):
        raise _wrong("handlers", "functions by vertex", given, f'write allowed=["{given}"]')
    if not (given is None or isinstance(given, Mapping | HandlerResolver) or callable(given)):
        help_ = 'write handlers={"vertex": function}'
        raise _wrong("handlers", "a mapping from vertex to function", given, help_)
    if isinstance(given, HandlerResolver) and handlers.allowed:
        text = "`handlers` is a resolver, which has its own list of allowed modules"
        help_ = "leave `allowed` out, or give the resolver both"
        diagnostic = Diagnostic(BAD_RUN_INPUT, text, location=caller_location(), help=help_)
        raise RunInputError(diagnostic)
    allowed: object = handlers.allowed
    if not isinstance(allowed, Iterable) or not all(isinstance(name, str) for name in allowed):
        help_ = 'write allowed=["package.module"]'
        raise _wrong("allowed", "names of modules", allowed, help_)
    if initial_data is not None and not isinstance(initial_data, Mapping):
        help_ = 'write initial_data={"name": value}'
        raise _wrong("initial_data", "a mapping from name to value", initial_data, help_)


def _wrong(name: str, wanted: str, found: object, help_: str) -> RunInputError:
    text = f"`{name}` must be {wanted}, not a {type(found).__name__}"
    return RunInputError(Diagnostic(BAD_RUN_INPUT, text, location=caller_location(), help=help_))
