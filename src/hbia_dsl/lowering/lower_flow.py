"""Lower a wired flow: every vertex becomes one call with keyword arguments.

The calls are in an order of their own: stage by stage, and inside a stage by name, so
that the text does not change when unrelated declarations change places.
"""

from collections.abc import Collection, Mapping
from math import isfinite
from typing import Final

import attrs

from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.lowering.flow_names import FlowNames, name_flow, resource_key
from hbia_dsl.lowering.lowered_call import (
    LoweredArgument,
    LoweredCall,
    LoweredParameter,
    LoweredSource,
)
from hbia_dsl.lowering.source_names import ImportedModules
from hbia_dsl.lowering.type_source import TypeSource
from hbia_dsl.lowering.variable_names import variable_names
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.passed_defaults import defaults_to_pass
from hbia_dsl.wiring.wired_flow import OutputPart, WiredFlow, WiredVertex

INPUTS: Final = "inputs"
"""Name of the one object that holds the inputs, where a class declares them."""


@attrs.frozen
class LoweredFlow:
    """A flow as calls."""

    flow: WiredFlow
    calls: tuple[LoweredCall, ...]
    imports: ImportedModules
    variables: Mapping[str, str]
    """The variable of each vertex."""
    parameters: tuple[LoweredParameter, ...]
    """What the written function takes."""


def lower_flow(
    flow: WiredFlow,
    *,
    names: FlowNames | None = None,
    imports: ImportedModules | None = None,
    taken: Collection[str] = (),
) -> LoweredFlow:
    """Write a flow out as calls.

    Args:
        flow: The flow.
        names: What source code calls its functions and inputs, if that is known already.
        imports: The imports of a text with several flows; they cover all names.
        taken: Names that mean something else in the text.

    Complexity:
        O(V log V + E) time.
    """
    if names is None:
        names = name_flow(flow)
    if imports is None:
        imports = ImportedModules(names.modules(), taken)
    used = {*taken, *imports.alias_of.values()}
    parameters = _parameters(flow, names, imports, used)
    used.update(parameter.name for parameter in parameters)
    variables = variable_names(sorted(flow.vertices), used)
    expressions = _Expressions(flow, variables, parameters, by_key=names.inputs_by_key)
    calls = tuple(
        _call(flow.vertices[name], names, imports, variables[name], expressions)
        for stage in GraphTopology(flow.graph).execution_stages()
        for name in sorted(vertex.name for vertex in stage)
    )
    return LoweredFlow(flow, calls, imports, variables, parameters)


def _parameters(
    flow: WiredFlow, names: FlowNames, imports: ImportedModules, taken: Collection[str]
) -> tuple[LoweredParameter, ...]:
    connections = {
        f"{group}_{kind.rpartition('.')[2].lower()}": (group, kind)
        for group, kind in names.resource_types
    }
    if names.inputs_object is not None:
        found = [LoweredParameter(INPUTS, names.inputs_object.text(imports))]
        variables = variable_names(connections, {*taken, INPUTS})
    else:
        variables = variable_names([*flow.inputs, *connections], taken)
        found = [
            LoweredParameter(variables[name], _text(source, imports), name)
            for name, source in names.input_types.items()
        ]
    for name, key in connections.items():
        text = _text(names.resource_types[key], imports)
        found.append(LoweredParameter(variables[name], text, resource=key))
    return tuple(found)


def _text(source: TypeSource | None, imports: ImportedModules) -> str | None:
    return None if source is None else source.text(imports)


def _call(
    vertex: WiredVertex,
    names: FlowNames,
    imports: ImportedModules,
    variable: str,
    expressions: "_Expressions",
) -> LoweredCall:
    name = names.callees[vertex.name]
    callee = None if name is None else imports.expression(name)
    return LoweredCall(vertex, variable, callee, _arguments(vertex, callee, expressions))


def _arguments(
    vertex: WiredVertex, callee: str | None, expressions: "_Expressions"
) -> tuple[LoweredArgument, ...]:
    # What stands for a function without a name takes keywords.
    defaults = {} if callee is None else defaults_to_pass(vertex)
    unnamed = {
        parameter.name
        for parameter in read_parameters(vertex.handler)
        if parameter.kind == ParameterKind.POSITIONAL_ONLY
    }
    found = []
    for binding in vertex.bindings:
        if binding.is_passed or binding.rule is Rule.RESOURCE:
            by_position = binding.parameter in unnamed
            found.append(expressions.argument(vertex, binding, by_position=by_position))
        elif binding.parameter in defaults:
            value = _default_text(f"{callee}", vertex, binding.parameter)
            found.append(LoweredArgument(binding.parameter, value, binding, by_position=True))
        else:
            unnamed.clear()  # as a run does: by position up to the first one that is left out
    return tuple(found)


def _default_text(callee: str, vertex: WiredVertex, parameter: str) -> str:
    """Return Python that gives the default of a parameter that takes no keyword."""
    positional = [
        p for p in read_parameters(vertex.handler) if p.kind < ParameterKind.VAR_POSITIONAL
    ]
    place = next(k for k, p in enumerate(positional) if p.name == parameter)
    default = positional[place].default
    is_finite = type(default) is float and isfinite(default)
    if default is None or is_finite or type(default) in _WRITTEN:
        return repr(default)
    # A list, so that a type checker does not count the items.
    return f"list({callee}.__defaults__ or ())[{place - len(positional)}]"


_WRITTEN: Final = (bool, int, str, bytes)
"""What a default is written out as; else it is taken from the function."""


class _Expressions:
    """Turns bindings into expressions."""

    def __init__(
        self,
        flow: WiredFlow,
        variables: Mapping[str, str],
        parameters: tuple[LoweredParameter, ...],
        *,
        by_key: bool,
    ) -> None:
        self._flow = flow
        self._variables = variables
        self._inputs = {
            name: f"{INPUTS}[{name!r}]" if by_key else f"{INPUTS}.{name}" for name in flow.inputs
        }
        self._inputs.update((p.input, p.name) for p in parameters if p.input is not None)
        self._connections = {p.resource: p.name for p in parameters if p.resource is not None}

    def argument(
        self, vertex: WiredVertex, binding: Binding, *, by_position: bool
    ) -> LoweredArgument:
        """Return the Python that gives the value of a parameter."""
        if binding.rule is Rule.RESOURCE:
            connection = self._connections[resource_key(vertex, binding.parameter)]
            return LoweredArgument(binding.parameter, connection, binding, by_position=by_position)
        if binding.rule is Rule.CONSTANT:
            value = repr(vertex.constants[binding.parameter])
            return LoweredArgument(binding.parameter, value, binding, by_position=by_position)
        sources = tuple(LoweredSource(self._value(s), s) for s in binding.sources)
        if binding.rule is not Rule.FAN_IN:
            return LoweredArgument(
                binding.parameter, sources[0].expression, binding, by_position=by_position
            )
        items = ", ".join(source.expression for source in sources)
        return LoweredArgument(
            binding.parameter, f"[{items}]", binding, by_position=by_position, items=sources
        )

    def _value(self, source: OutputName) -> str:
        if source.vertex == INPUT:
            return self._inputs[source.output]
        producer = self._flow.vertices[source.vertex]
        part = next((p for p in producer.parts if p.name == source.output), None)
        whole = self._variables[source.vertex]
        return whole if part is None else part_expression(whole, part)


def part_expression(whole: str, part: OutputPart) -> str:
    """Return the Python that takes a part out of a split result."""
    return f"{whole}.{part.key}" if part.by_attribute else f"{whole}[{part.key!r}]"
