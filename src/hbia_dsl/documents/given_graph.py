"""The argument of calls that take a graph, from callers without a type checker."""

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_GRAPH
from hbia_dsl.errors import GraphError
from hbia_dsl.graph.graph import Graph


def given_graph(given: object, call: str) -> Graph:
    """Return what was given, if it is a graph.

    Args:
        given: What a call got as its graph.
        call: Name of the call.

    Raises:
        GraphError: It is none; if it has one, the error says so.
    """
    if isinstance(given, Graph):
        return given
    help_ = "put one together with `Graph`, or load one with `load_graph`"
    if isinstance(getattr(given, "graph", None), Graph):
        help_ = f"give it the graph that it has: {call}(x.graph)"
    text = f"`{call}` takes a `Graph`, not a {type(given).__name__}"
    raise GraphError(Diagnostic(BAD_GRAPH, text, location=caller_location(), help=help_))
