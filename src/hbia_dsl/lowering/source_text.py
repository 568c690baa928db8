"""The text of a lowered flow for people, with a map from its lines to what they stand for."""

import keyword

import attrs

from hbia_dsl.lowering.lower_flow import LoweredFlow
from hbia_dsl.lowering.lowered_call import LoweredArgument, LoweredCall, LoweredParameter
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import Binding, sources_text


@attrs.frozen
class LinePlace:
    """What a line of lowered text stands for."""

    vertex: str
    parameter: str | None = None
    """None on the line of the call itself."""
    binding: Binding | None = None


@attrs.frozen
class LoweredSource:
    """Text, and what its lines stand for."""

    text: str
    places: dict[int, LinePlace]
    """By line number, from 1."""


def source_text(lowered: LoweredFlow) -> LoweredSource:
    """Write a flow as a function that a person can read.

    Each argument has a comment that says where its value comes from, and which rule
    chose it.
    """
    writer = _Writer()
    flow = lowered.flow
    writer.line(f'"""Flow `{flow.name}`, written out: one call for each vertex."""')
    writer.line("")
    for line in lowered.imports.lines():
        writer.line(line)
    writer.line("")
    writer.line("")
    is_async = any(v.is_async for v in flow.vertices.values())
    name = flow_function(flow.name, {*lowered.imports.alias_of.values()})
    takes = ", ".join(_taken(lowered, parameter) for parameter in lowered.parameters)
    writer.line(f"{'async ' if is_async else ''}def {name}({takes}):")
    for call in lowered.calls:
        _write_call(writer, call)
    result = "None" if flow.result is None else lowered.variables[flow.result]
    writer.line(f"    return {result}")
    return LoweredSource("\n".join(writer.lines) + "\n", writer.places)


def flow_function(name: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """Return a function's name for a flow's name.

    Args:
        name: The flow's name: any text.
        taken: Names that mean something else in the text.
    """
    cleaned = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    if not cleaned.isidentifier() or keyword.iskeyword(cleaned) or cleaned in taken:
        cleaned = f"flow_{cleaned}"
    while cleaned in taken:
        cleaned += "_"
    return cleaned


def comment_of(binding: Binding) -> str:
    """Say where a value comes from and which rule chose it."""
    return f"<- {sources_text(binding.sources, binding.rule)} ({binding.rule.value})"


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: dict[int, LinePlace] = {}

    def line(self, text: str, place: LinePlace | None = None) -> None:
        """Write a line and note what it stands for."""
        self.lines.append(text)
        if place is not None:
            self.places[len(self.lines)] = place


def _write_call(writer: _Writer, call: LoweredCall) -> None:
    vertex = call.vertex
    here = LinePlace(vertex.name)
    wait = "await " if vertex.is_async else ""
    callee = call.callee or vertex.name
    note = "" if call.callee is not None else "  # has no name that source could use"
    if not call.arguments:
        writer.line(f"    {call.variable} = {wait}{callee}(){note}", here)
        return
    writer.line(f"    {call.variable} = {wait}{callee}({note}", here)
    texts = [f"        {argument_text(a)}," for a in call.arguments]
    width = max(len(text) for text in texts)
    for text, argument in zip(texts, call.arguments, strict=True):
        place = LinePlace(vertex.name, argument.parameter, argument.binding)
        writer.line(f"{text:<{width}}  # {comment_of(argument.binding)}", place)
    writer.line("    )", here)


def argument_text(argument: LoweredArgument) -> str:
    """Return an argument as it stands in a call."""
    if argument.by_position:
        return argument.expression
    return f"{argument.parameter}={argument.expression}"


def _taken(lowered: LoweredFlow, parameter: LoweredParameter) -> str:
    if parameter.type_text is not None:
        return f"{parameter.name}: {parameter.type_text}"
    if parameter.input is None:
        return parameter.name
    return f"{parameter.name}: {display(lowered.flow.inputs[parameter.input].form)}"
