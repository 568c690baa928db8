"""Plan a wired flow: names to numbers, annotations to compiled checks."""

from collections.abc import Mapping, Sequence
from typing import cast

from hbia_dsl.flow.attached_transactions import NO_TRANSACTIONS, AttachedTransactions
from hbia_dsl.flow.cacheable import always_runs, cached_call, why_not_cacheable
from hbia_dsl.flow.group_order import waits_for_pivots
from hbia_dsl.flow.group_planning import GroupPlanning, NoGroups
from hbia_dsl.flow.missing_transaction import refuse_missing
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.result_storing import Contract, compile_store
from hbia_dsl.flow.slot_table import SlotTable, passing
from hbia_dsl.graph.adjacency import adjacency_of_edges
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex
from hbia_dsl.kernel.planned_group import PlannedGroup
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.wiring.paused_collector import collector_paused
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def plan_flow(
    flow: WiredFlow,
    *,
    check: bool,
    transactions: AttachedTransactions = NO_TRANSACTIONS,
    cached: bool = False,
) -> PlannedFlow:
    """Make the plan of a flow; it serves any number of runs in any mode.

    Args:
        flow: The wired flow.
        check: Whether values are checked against their declared types.
        transactions: What is attached to the atomic groups.
        cached: Whether vertices look for kept results in the cache of their run.

    Raises:
        RunOptionError: Members take connections, and nothing is attached to their group.

    Complexity:
        O(V + E log E) time.
    """
    with collector_paused(len(flow.vertices)):
        return _plan(flow, transactions, check=check, cached=cached)


def _plan(
    flow: WiredFlow, transactions: AttachedTransactions, *, check: bool, cached: bool
) -> PlannedFlow:
    refuse_missing(flow, transactions)
    numbering = _number(flow, transactions)
    declared = tuple(flow.vertices.values())
    count = len(declared)
    slots = SlotTable(flow, [declared[v] for v in numbering.order if v < count])
    planning = _group_planning(flow, numbering, slots, transactions)
    vertices = [
        _planned(declared[v], slots, planning, check=check, cached=cached)
        if v < count
        else planning.step(number)
        for number, v in enumerate(numbering.order)
    ]
    numbers = {vertex.name: number for number, vertex in enumerate(vertices)}
    plan = _assembled(
        flow.name,
        numbering,
        vertices,
        planning.groups(numbers),
        slots.count,
        always_runs=always_runs(declared) if cached else {},
        has_effects=any(vertex.declaration.effect != "pure" for vertex in declared),
    )
    checks = {name: compile_check(i.form) for name, i in flow.inputs.items()} if check else {}
    return PlannedFlow(
        plan=plan,
        input_slots=slots.inputs,
        input_checks={name: c for name, c in checks.items() if c is not None},
        output_slots=slots.outputs,
        numbers=numbers,
        result_slot=None if flow.result is None else slots.whole[flow.result],
        input_kind=slots.input_kind,
    )


def _assembled(
    name: str,
    numbering: Numbering,
    vertices: Sequence[PlannedVertex],
    groups: Sequence[PlannedGroup],
    slot_count: int,
    *,
    always_runs: Mapping[str, str],
    has_effects: bool,
) -> Plan:
    undoes_async = any(undo.is_async for group in groups for undo in group.undo.values())
    return Plan(
        flow=name,
        vertices=vertices,
        stage_ends=numbering.stage_ends,
        predecessor_counts=numbering.predecessor_counts,
        successors=numbering.successors,
        inner_successors=numbering.inner_successors,
        inner_counts=numbering.inner_counts,
        slot_count=slot_count,
        has_async=undoes_async or any(v.is_async for v in vertices),
        has_timeouts=any(v.timeout_s is not None for v in vertices),
        backends=frozenset(v.backend for v in vertices if v.backend is not None and v.is_async),
        has_effects=has_effects,
        groups=groups,
        always_runs=always_runs,
    )


def _group_planning(
    flow: WiredFlow, numbering: Numbering, slots: SlotTable, transactions: AttachedTransactions
) -> GroupPlanning:
    if not flow.graph.atomic_groups:
        return NoGroups()
    # Loaded where they are used: most flows have no groups.
    from hbia_dsl.atomicity.transaction import TransactionSource
    from hbia_dsl.flow.group_plan import GroupPlanner

    sources = cast("Mapping[str, TransactionSource]", transactions.sources)
    return GroupPlanner(flow, numbering, slots, sources)


def _number(flow: WiredFlow, transactions: AttachedTransactions) -> Numbering:
    topology = GraphTopology(flow.graph)
    number = {name: index for index, name in enumerate(topology.names)}
    graph = topology.adjacency
    waits = [(number[s], number[t]) for s, t in waits_for_pivots(topology, flow.vertices)]
    if waits:
        edges = [(s, t) for s, row in enumerate(graph.successors) for t in row]
        graph = adjacency_of_edges(len(graph), [*edges, *waits])
    groups = tuple(flow.graph.atomic_groups.values())
    return number_vertices(
        graph,
        [[number[m] for m in group.vertices] for group in groups],
        # One connection is used by one member at a time.
        [group.no_parallel or group.name in transactions.sources for group in groups],
        [group.name in transactions.sources for group in groups],
    )


def _planned(
    vertex: WiredVertex,
    slots: SlotTable,
    planning: GroupPlanning,
    *,
    check: bool,
    cached: bool,
) -> PlannedVertex:
    declaration = vertex.declaration
    by_position, by_keyword = passing(vertex)
    handler = vertex.handler
    if cached and why_not_cacheable(vertex) is None:
        handler = cached_call(vertex, [b.parameter for b in by_position])
    sources = [slots.source(vertex, b) for b in by_position]
    if vertex.atomic is not None:
        handler, sources = planning.call(vertex, vertex.atomic, handler, sources)
    keywords = (
        compile_arguments([slots.source(vertex, b) for b in by_keyword]) if by_keyword else None
    )
    contract = compile_check(vertex.returns) if check and declaration.check else None
    whole = slots.whole[vertex.name]
    outputs = slots.outputs[vertex.name]
    return PlannedVertex(
        vertex.name,
        handler,
        positional=compile_arguments(sources),
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
