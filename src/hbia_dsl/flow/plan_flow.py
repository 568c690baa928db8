"""Plan a wired flow: names to numbers, annotations to compiled checks."""

from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.result_storing import Contract, compile_store
from hbia_dsl.flow.slot_table import SlotTable, passing
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.wiring.paused_collector import collector_paused
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def plan_flow(flow: WiredFlow, *, check: bool) -> PlannedFlow:
    """Make the plan of a flow; it serves any number of runs in any mode.

    Args:
        flow: The wired flow.
        check: Whether values are checked against their declared types.

    Complexity:
        O(V + E log E) time.
    """
    with collector_paused(len(flow.vertices)):
        return _plan(flow, check=check)


def _plan(flow: WiredFlow, *, check: bool) -> PlannedFlow:
    numbering = _number(flow)
    declared = tuple(flow.vertices.values())
    ordered = [declared[v] for v in numbering.order]
    slots = SlotTable(flow, ordered)
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


def _planned(vertex: WiredVertex, slots: SlotTable, *, check: bool) -> PlannedVertex:
    declaration = vertex.declaration
    by_position, by_keyword = passing(vertex)
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
