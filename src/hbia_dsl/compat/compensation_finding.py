"""Find what takes back each vertex of a hand-made graph, in groups that compensate."""

from collections.abc import Mapping

from hbia_dsl.compat.given_handlers import Handler, HandlerSource
from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISSING_HANDLER, UNDONE_BY_NOTHING
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import HandlerNotFoundError, HandlerResolutionError
from hbia_dsl.graph.compensation import undone_by_nothing
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.planned_group import COMPENSATE


def find_compensations(
    graph: Graph, source: HandlerSource, handlers: Mapping[str, Handler]
) -> dict[str, Handler]:
    """Return what takes back each vertex, by its name; pure ones may have nothing.

    A path is followed like that of a handler; or `handlers` has a function under it.

    Args:
        graph: What is run.
        source: What the call gives.
        handlers: The function of each vertex.

    Raises:
        HandlerNotFoundError: A side effect in a group that compensates has none.
        HandlerResolutionError: A path cannot be followed, or leads to no function; or the
            function of a member is declared as a pivot, or to be retried after one.
    """
    found: dict[str, Handler] = {}
    for vertex, group in undone_by_nothing(graph):
        raise _nothing(vertex, group.name)
    for group in graph.atomic_groups.values():
        if group.on_failure != COMPENSATE:
            continue
        for name in group.vertices:
            vertex = graph.vertices[name]
            _check_class(vertex, handlers[name], group.name)
            told = vertex.compensate
            if told is not None and told is not nothing_to_undo:
                found[name] = _function(vertex, told, source)
    return found


def _check_class(vertex: Vertex, handler: Handler, group: str) -> None:
    """Refuse a function that is declared as a point of no return, or as what comes after it."""
    declaration = declaration_of(handler)
    told = None if declaration is None else declaration.atomic
    if told is None or not (told.is_pivot or told.is_retriable):
        return
    word = "pivot" if told.is_pivot else "retriable"
    raise HandlerResolutionError(
        Diagnostic(
            UNDONE_BY_NOTHING,
            f"the function of `{vertex.name}` in group `{group}` is declared with {word}=True, "
            "which graphs do not have",
            location=location_of(handler) or caller_location(),
            help="run the flow in code; of a document, Flow.from_yaml(...) makes one",
        )
    )


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
            help=f'give it one: Vertex("{vertex.name}", compensate=undo); or, if there is nothing '
            "to take back, compensate=nothing_to_undo of hbia_dsl.graph.nothing_to_undo",
        )
    )
