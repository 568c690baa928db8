"""What to say about a flow as a whole: two vertices of one name, a result that is not there."""

from collections.abc import Mapping

from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.declare.declared_name import shown_function
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_RESULT, DUPLICATE_VERTEX
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.wiring.signature import VertexSignature


def duplicate_vertex(first: VertexSignature, second: VertexSignature) -> Diagnostic:
    """Say that a flow has two vertices of one name."""
    name = first.name
    if first.handler == second.handler:
        return Diagnostic(
            DUPLICATE_VERTEX,
            f"vertex `{name}` is in the flow twice",
            location=location_of(second.handler),
            help="remove one of the two; to run a function twice, wrap it in two vertices",
        )
    place = location_of(first.handler)
    return Diagnostic(
        DUPLICATE_VERTEX,
        f"two vertices of the flow are called `{name}`",
        location=location_of(second.handler),
        notes=() if place is None else (f"the other one is at {place.short()}",),
        help=f'give one of them another name: @vertex(name="{name}_2")',
    )


def bad_result(flow: str, result: object, vertices: Mapping[str, object]) -> Diagnostic:
    """Say that the flow's result is not a vertex of it."""
    if not callable(result):
        return Diagnostic(
            BAD_RESULT,
            f"`result=` of flow `{flow}` was given a value of type {type(result).__name__}, "
            "not a vertex",
            location=caller_location(),
            help="give the decorated function itself",
        )
    name = shown_function(result)
    place = location_of(result)
    is_vertex = declaration_of(result) is not None
    add = f"add `{name}` to the vertices of the flow"
    return Diagnostic(
        BAD_RESULT,
        f"`{name}` is the result of flow `{flow}`, but not one of its vertices",
        location=caller_location(),
        notes=() if place is None else (f"`{name}` is at {place.short()}",),
        help=did_you_mean(name, vertices)
        or (add if is_vertex else f"decorate `{name}` with @vertex and {add}"),
    )
