"""Why every parameter of a flow takes the value that it takes, one line each."""

from collections.abc import Iterator

import attrs

from hbia_dsl.judging.edge_forms import source_form
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.verdict import YES
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule, sources_text
from hbia_dsl.wiring.parameter_types import ParameterType, parameter_types
from hbia_dsl.wiring.requirement import is_type
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


@attrs.frozen
class ExplainedEdge:
    """One parameter, its sources and the reason."""

    vertex: str
    parameter: str
    sources: tuple[OutputName, ...]
    """Empty if it keeps its default."""
    rule: Rule
    why: str
    """A clause."""

    def __str__(self) -> str:
        sources = sources_text(self.sources, self.rule)
        return f"{self.vertex}.{self.parameter} <- {sources} ({self.rule.value}: {self.why})"


def explain_edges(flow: WiredFlow) -> Iterator[ExplainedEdge]:
    """Explain every parameter, in the order of the vertices and of their parameters."""
    for vertex in flow.vertices.values():
        wanted = parameter_types(vertex)
        for binding in vertex.bindings:
            why = _why(flow, vertex, binding, wanted[binding.parameter])
            yield ExplainedEdge(vertex.name, binding.parameter, binding.sources, binding.rule, why)


def _why(flow: WiredFlow, vertex: WiredVertex, binding: Binding, wanted: ParameterType) -> str:
    match binding.rule:
        case Rule.EXPLICIT:
            return f"{_where_written(vertex, binding.parameter)} says so"
        case Rule.NAME:
            (source,) = binding.sources
            kind = "input" if source.vertex == INPUT else "output"
            return f"the only {kind} of that name, and {_fits(source_form(flow, source), wanted)}"
        case Rule.TYPE:
            return f"the only value that fits `{wanted.text}`"
        case Rule.FAN_IN:
            if binding.parameter in vertex.declaration.inputs:
                return "`inputs=` lists them"
            return f"every value that `{wanted.text}` collects, in flow order"
        case Rule.INPUT:
            return f"nothing provides it and `{wanted.text}` is a weak type: the flow takes it"
        case Rule.CONSTANT:
            return "the document has its value"
        case Rule.RESOURCE:
            return f"`{wanted.text}` is a connection of atomic group `{_group(vertex)}`"
        case Rule.DEFAULT:
            return f"nothing provides `{wanted.text}`, and it has a default"


def _group(vertex: WiredVertex) -> str:
    return "" if vertex.atomic is None else vertex.atomic.group


def _where_written(vertex: WiredVertex, parameter: str) -> str:
    told = vertex.declaration
    if parameter in told.inputs and not is_type(told.inputs[parameter]):
        return "`inputs=`"
    return "`out(...)`" if parameter in told.references else "its annotation"


def _fits(form: object, wanted: ParameterType) -> str:
    given = display(form)
    if wanted.form is not None and is_assignable(form, wanted.form) is not YES:
        return f"whether `{given}` fits `{wanted.text}` is left to the type checker"
    return f"`{given}` fits `{wanted.text}`"
