"""Where the values of a flow's runs lie, and how its vertices are given their arguments."""

from hbia_dsl.flow.input_plan import InputKind, input_kind
from hbia_dsl.kernel.arguments import ConstantValue, DefaultValue, SlotOrDefault, Source
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.passed_defaults import defaults_to_pass
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


class SlotTable:
    """The slot of every value: inputs first, then results, the parts beside their whole."""

    def __init__(self, flow: WiredFlow, ordered: list[WiredVertex]) -> None:
        self.flow = flow
        self.input_kind = input_kind(flow.inputs_from)
        self.inputs = {name: slot for slot, name in enumerate(flow.inputs)}
        self.whole: dict[str, int] = {}
        self.outputs: dict[str, dict[str, int]] = {}
        self.count = len(self.inputs)
        for vertex in ordered:
            whole = self.whole[vertex.name] = self.count
            self.count += 1
            if vertex.parts:
                self.outputs[vertex.name] = {
                    part.name: self.count + k for k, part in enumerate(vertex.parts)
                }
                self.count += len(vertex.parts)
            else:
                self.outputs[vertex.name] = {vertex.output: whole}

    def reserve(self) -> int:
        """Return a slot for something that is no value of the flow."""
        self.count += 1
        return self.count - 1

    def source(self, vertex: WiredVertex, binding: Binding) -> Source:
        """Return where the value of a parameter is."""
        if binding.rule is Rule.CONSTANT:
            return ConstantValue(vertex.constants[binding.parameter])
        if binding.rule is Rule.DEFAULT:
            return DefaultValue(_default_of(vertex, binding.parameter))
        found = []
        for name in binding.sources:
            if name.vertex == INPUT:
                found.append(self.inputs[name.output])
            else:
                own = self.outputs[name.vertex]
                found.append(own.get(name.output, self.whole[name.vertex]))
        if binding.rule is Rule.FAN_IN:
            return tuple(found)
        if self._may_be_absent(binding.sources[0]):
            return SlotOrDefault(found[0], _default_of(vertex, binding.parameter))
        return found[0]

    def _may_be_absent(self, name: OutputName) -> bool:
        """Return whether a run may lack a value: nothing fills in what the call leaves out."""
        if name.vertex != INPUT or self.flow.inputs[name.output].required:
            return False
        return self.input_kind in (InputKind.FOUND, InputKind.MAPPING)


def _default_of(vertex: WiredVertex, parameter: str) -> object:
    parameters = {p.name: p for p in read_parameters(vertex.handler)}
    return parameters[parameter].default


def passing(vertex: WiredVertex) -> tuple[list[Binding], list[Binding]]:
    """Divide the bound parameters into those passed by position and those by keyword.

    Passing by position is faster; it ends at the first parameter that is left to its
    default or that takes a keyword only. A default that stands before something which
    can be passed by position only is passed as well.
    """
    defaults = defaults_to_pass(vertex)
    by_position: list[Binding] = []
    for index, binding in enumerate(vertex.bindings):
        is_passed = binding.is_passed or binding.parameter in defaults
        if not is_passed or binding.parameter in vertex.keywords:
            rest = vertex.bindings[index:]
            return by_position, [b for b in rest if b.is_passed]
        by_position.append(binding)
    return by_position, []
