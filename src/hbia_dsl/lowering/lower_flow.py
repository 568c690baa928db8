"""Lower a wired flow: every vertex becomes one call with keyword arguments.

The calls are in an order of their own: stage by stage, and inside a stage by name, so
that the text does not change when unrelated declarations change places.
"""

from collections.abc import Mapping

import attrs

from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.lowering.lowered_call import LoweredArgument, LoweredCall
from hbia_dsl.lowering.source_names import ImportedModules, SourceName, source_name_of
from hbia_dsl.lowering.variable_names import variable_names
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.wired_flow import OutputPart, WiredFlow, WiredVertex


@attrs.frozen
class LoweredFlow:
    """A flow as calls."""

    flow: WiredFlow
    calls: tuple[LoweredCall, ...]
    imports: ImportedModules
    variables: Mapping[str, str]
    """The variable of each vertex."""


def lower_flow(flow: WiredFlow) -> LoweredFlow:
    """Write a flow out as calls.

    Complexity:
        O(V log V + E) time.
    """
    names = {v.name: source_name_of(v.handler) for v in flow.vertices.values()}
    inputs_name = source_name_of(flow.inputs_from) if flow.inputs_from is not None else None
    used = [n.module for n in (*names.values(), inputs_name) if n is not None]
    imports = ImportedModules(used)
    variables = variable_names(sorted(flow.vertices), set(imports.alias_of.values()))
    expressions = _Expressions(flow, variables)
    calls = tuple(
        _call(flow.vertices[name], names[name], imports, variables[name], expressions)
        for stage in GraphTopology(flow.graph).execution_stages()
        for name in sorted(vertex.name for vertex in stage)
    )
    return LoweredFlow(flow, calls, imports, variables)


def _call(
    vertex: WiredVertex,
    name: SourceName | None,
    imports: ImportedModules,
    variable: str,
    expressions: "_Expressions",
) -> LoweredCall:
    return LoweredCall(
        vertex,
        variable,
        None if name is None else imports.expression(name),
        tuple(
            LoweredArgument(binding.parameter, expressions.of(binding), binding)
            for binding in vertex.bindings
            if binding.sources or binding.rule is Rule.FAN_IN
        ),
    )


class _Expressions:
    """Turns bindings into expressions."""

    def __init__(self, flow: WiredFlow, variables: Mapping[str, str]) -> None:
        self._flow = flow
        self._variables = variables

    def of(self, binding: Binding) -> str:
        """Return the Python that gives the value of a parameter."""
        sources = [self._value(source) for source in binding.sources]
        return f"[{', '.join(sources)}]" if binding.rule is Rule.FAN_IN else sources[0]

    def _value(self, source: OutputName) -> str:
        if source.vertex == INPUT:
            declared = self._flow.inputs_from
            return f"inputs.{source.output}" if isinstance(declared, type) else source.output
        producer = self._flow.vertices[source.vertex]
        part = next((p for p in producer.parts if p.name == source.output), None)
        whole = self._variables[source.vertex]
        return whole if part is None else part_expression(whole, part)


def part_expression(whole: str, part: OutputPart) -> str:
    """Return the Python that takes a part out of a split result."""
    return f"{whole}.{part.key}" if part.by_attribute else f"{whole}[{part.key!r}]"
