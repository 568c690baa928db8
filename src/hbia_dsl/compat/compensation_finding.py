"""Find what takes back each vertex of a hand-made graph, in groups that compensate."""

from collections.abc import Mapping

from hbia_dsl.compat.given_handlers import Handler, HandlerSource
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISSING_HANDLER, UNDONE_BY_NOTHING
from hbia_dsl.errors import HandlerNotFoundError, HandlerResolutionError
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.planned_group import COMPENSATE


def find_compensations(graph: Graph, source: HandlerSource) -> dict[str, Handler]:
    """Return what takes back each vertex, by its name; pure ones may have nothing.

    A path is followed like that of a handler; or `handlers` has a function under it.

    Raises:
        HandlerNotFoundError: A side effect in a group that compensates has none.
        HandlerResolutionError: A path cannot be followed, or leads to no function.
    """
    found: dict[str, Handler] = {}
    for group in graph.atomic_groups.values():
        if group.on_failure != COMPENSATE:
            continue
        for name in group.vertices:
            vertex = graph.vertices[name]
            if vertex.compensate is not None:
                found[name] = _function(vertex, vertex.compensate, source)
            elif vertex.effect != "pure":
                raise _nothing(vertex, group.name)
    return found


def _function(vertex: Vertex, told: Handler | str, source: HandlerSource) -> Handler:
    if not isinstance(told, str):
        return told
    given = source.given.get(told) if isinstance(source.given, Mapping) else None
    if given is not None:
        return given
    if source.resolver is not None:
        return source.resolver.resolve(told, vertex=vertex.name)
    module = told.rpartition(".")[0]
    raise HandlerResolutionError(
        Diagnostic(
            MISSING_HANDLER,
            f"what takes back vertex `{vertex.name}` is the path `{told}`; paths are not imported",
            location=caller_location(),
            help=f'pass the function itself: handlers={{"{told}": function}}, or allow its '
            f'module: allowed=["{module}"]',
        )
    )


def _nothing(vertex: Vertex, group: str) -> HandlerNotFoundError:
    return HandlerNotFoundError(
        Diagnostic(
            UNDONE_BY_NOTHING,
            f"nothing takes back `{vertex.name}`, a side effect in group `{group}`",
            location=caller_location(),
            help=f'give it one: Vertex("{vertex.name}", compensate=undo); or say effect="pure" if '
            "there is nothing to take back",
        )
    )
