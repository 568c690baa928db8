"""What to say about the inputs of a flow: declared ones and found ones."""

from collections.abc import Callable

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_INPUTS, INPUT_TYPE_CLASH, UNUSED_INPUT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.signature import VertexSignature

User = tuple[VertexSignature, str, object]
"""A vertex, its parameter, and the type that it wants."""


def reserved_input(name: str, vertex: VertexSignature, parameter: str) -> Diagnostic:
    """Say that a found input has a name that `run` takes itself."""
    return Diagnostic(
        BAD_INPUTS,
        f"`{parameter}` of `{vertex.name}` would become an input called `{name}`, "
        "which is an option of `run`",
        location=location_of(vertex.handler, parameter),
        help="rename the parameter, or bind it to a vertex with `inputs=`",
    )


def input_type_clash(name: str, first: User, other: User) -> Diagnostic:
    """Say that two parameters want one input with different types."""
    first_vertex, first_parameter, first_form = first
    vertex, parameter, form = other
    place = location_of(first_vertex.handler, first_parameter)
    where = "" if place is None else f" ({place.short()})"
    return Diagnostic(
        INPUT_TYPE_CLASH,
        f"the input `{name}` is `{display(first_form)}` for `{first_vertex.name}` "
        f"but `{display(form)}` for `{vertex.name}`",
        location=location_of(vertex.handler, parameter),
        notes=(f"`{first_vertex.name}` takes it as `{display(first_form)}`{where}",),
        help="annotate both alike, or rename one of the parameters",
    )
