"""Plan a wired flow: names to numbers, annotations to compiled checks."""

from collections.abc import Mapping

import attrs

from hbia_dsl.flow.input_plan import InputKind, input_kind
from hbia_dsl.flow.result_storing import Contract, compile_store
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.kernel.arguments import SlotOrDefault, Source, compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


@attrs.frozen(eq=False)
class PlannedFlow:
    """A plan, and where the values of its flow are found by name."""

    plan: Plan
    input_slots: Mapping[str, int]
    """Slot of each input of the flow."""
    input_checks: Mapping[str, ValueCheck]
    """The contract of each input that has one."""
    output_slots: Mapping[str, Mapping[str, int]]
    """By vertex, in canonical order: its outputs and their slots; of a split vertex the parts."""
    numbers: Mapping[str, int]
    """Canonical number of each vertex."""
    result_slot: int | None
    input_kind: InputKind


def plan_flow(flow: WiredFlow, *, check: bool) -> PlannedFlow:
    """Make the plan of a flow; it serves any number of runs in any mode.

    Args:
        flow: The wired flow.
        check: Whether values are checked against their declared types.

    Complexity:
        O(V + E log E) time.
    """
    numbering = _number(flow)
    declared = tuple(flow.vertices.values())
    ordered = [declared[v] for v in numbering.order]
    slots = _Slots(flow, ordered)
    vertices = [_planned(vertex, slots, check=check) for vertex in ordered]
    plan = Plan(
        flow=flow.name,
        vertices=vertices,
        stage_ends=numbering.stage_ends,
        predecessor_counts=numbering.predecessor_counts,
        successors=numbering.successors,
        inner_successors=numbering.inner_successors,
        inner_counts=numbering.inner_counts,
        slot_count=slots.count,
        has_async=any(v.is_async for v in vertices),
        has_timeouts=any(v.timeout_s is not None for v in vertices),
        backends=frozenset(v.backend for v in vertices if v.backend is not None and v.is_async),
    )
    checks = {name: compile_check(i.form) for name, i in flow.inputs.items()} if check else {}
    return PlannedFlow(
        plan=plan,
        input_slots=slots.inputs,
        input_checks={name: c for name, c in checks.items() if c is not None},
        output_slots=slots.outputs,
        numbers={v.name: number for number, v in enumerate(ordered)},
        result_slot=None if flow.result is None else slots.whole[flow.result],
        input_kind=slots.input_kind,
    )


def _number(flow: WiredFlow) -> Numbering:
    topology = GraphTopology(flow.graph)
    number = {name: index for index, name in enumerate(topology.names)}
    groups = tuple(flow.graph.atomic_groups.values())
    return number_vertices(
        topology.adjacency,
        [[number[m] for m in group.vertices] for group in groups],
        [group.no_parallel for group in groups],
    )


class _Slots:
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

    def source(self, vertex: WiredVertex, binding: Binding) -> Source:
        """Return where the value of a parameter is."""
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


def _planned(vertex: WiredVertex, slots: _Slots, *, check: bool) -> PlannedVertex:
    declaration = vertex.declaration
    by_position, by_keyword = _passing(vertex)
    keywords = (
        compile_arguments([slots.source(vertex, b) for b in by_keyword]) if by_keyword else None
    )
    contract = compile_check(vertex.returns) if check and declaration.check else None
    whole = slots.whole[vertex.name]
    outputs = slots.outputs[vertex.name]
    return PlannedVertex(
        vertex.name,
        vertex.handler,
        positional=compile_arguments([slots.source(vertex, b) for b in by_position]),
        keyword_names=tuple(b.parameter for b in by_keyword),
        keywords=keywords,
        slot=whole,
        store=compile_store(
            whole,
            Contract(contract, vertex.name, vertex.handler),
            tuple((part, outputs[part.name]) for part in vertex.parts),
        ),
        is_async=vertex.is_async,
        timeout_s=declaration.timeout_s,
        backend=declaration.backend,
    )


def _passing(vertex: WiredVertex) -> tuple[list[Binding], list[Binding]]:
    """Divide the bound parameters into those passed by position and those by keyword.

    Passing by position is faster; it ends at the first parameter that is left to its
    default or that takes a keyword only.
    """
    by_position: list[Binding] = []
    for index, binding in enumerate(vertex.bindings):
        is_bound = bool(binding.sources) or binding.rule is Rule.FAN_IN
        if not is_bound or binding.parameter in vertex.keywords:
            rest = vertex.bindings[index:]
            return by_position, [b for b in rest if b.sources or b.rule is Rule.FAN_IN]
        by_position.append(binding)
    return by_position, []
