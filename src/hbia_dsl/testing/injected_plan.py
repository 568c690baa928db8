"""The plan of a flow in which one atomic group can be made to fail.

Members, compensations and steps are wrapped; what the group neither is nor waits for does
nothing, so that every trial leaves the same traces outside of the group.
"""

from collections.abc import Callable, Collection, Mapping

import attrs

from hbia_dsl.flow.attached_transactions import AttachedTransactions
from hbia_dsl.flow.plan_flow import plan_flow
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.kernel.plan import Plan, PlannedVertex, Slots
from hbia_dsl.testing.failure_injector import FailureInjector
from hbia_dsl.testing.failure_point import Place
from hbia_dsl.wiring.signature import is_coroutine_function
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def plan_injected(
    flow: WiredFlow,
    group: AtomicGroup,
    injector: FailureInjector,
    *,
    check: bool,
    transactions: AttachedTransactions,
) -> PlannedFlow:
    """Plan a flow as for a run, with an injector around one of its groups.

    Args:
        flow: The flow.
        group: One of its groups.
        injector: Raises where it is told to.
        check: Whether values are checked against their declared types.
        transactions: What is attached to the groups.

    Raises:
        RunOptionError: Members take connections, and nothing is attached to their group.
    """
    members = frozenset(group.vertices)
    vertices = {
        name: _injected(vertex, injector) if name in members else vertex
        for name, vertex in flow.vertices.items()
    }
    planned = plan_flow(
        attrs.evolve(flow, vertices=vertices), check=check, transactions=transactions
    )
    return attrs.evolve(planned, plan=_narrowed(planned.plan, group.name, injector))


def _injected(vertex: WiredVertex, injector: FailureInjector) -> WiredVertex:
    name, told = vertex.name, vertex.atomic
    handler = injector.around_member(name, vertex.handler, is_async=vertex.is_async)
    if told is not None and callable(told.compensate):
        undo = told.compensate
        around = injector.around_undo(name, undo, is_async=is_coroutine_function(undo))
        told = attrs.evolve(told, compensate=around)
    return attrs.evolve(vertex, handler=handler, atomic=told)


def _narrowed(plan: Plan, group: str, injector: FailureInjector) -> Plan:
    number = next(g for g, planned in enumerate(plan.groups) if planned.name == group)
    needed = _needed(plan, number)
    vertices = [vertex if v in needed else _idle(vertex) for v, vertex in enumerate(plan.vertices)]
    steps = plan.groups[number].transaction
    if steps is not None:
        begin, commit = vertices[steps.begin], vertices[steps.commit]
        around = injector.around_step
        vertices[steps.begin] = _step(
            begin, around(begin.handler, Place.BEFORE_GROUP, is_async=begin.is_async)
        )
        vertices[steps.commit] = _step(
            commit,
            around(
                commit.handler, Place.BEFORE_COMMIT, Place.AFTER_COMMIT, is_async=commit.is_async
            ),
        )
    return attrs.evolve(plan, vertices=vertices)


def _needed(plan: Plan, number: int) -> Collection[int]:
    """Return a group's vertices and all that they wait for; other groups whole or not at all."""
    waited_for: Mapping[int, list[int]] = {v: [] for v in range(len(plan.vertices))}
    for v, successors in enumerate(plan.successors):
        for successor in successors:
            waited_for[successor].append(v)
    needed: set[int] = set()
    left = list(plan.groups[number].vertices)
    while left:
        v = left.pop()
        if v in needed:
            continue
        needed.add(v)
        left += waited_for[v]
        if v in plan.group_of:
            left += plan.groups[plan.group_of[v]].vertices
    return needed


def _idle(vertex: PlannedVertex) -> PlannedVertex:
    return PlannedVertex(
        vertex.name, _nothing, positional=_no_arguments, slot=vertex.slot, is_step=vertex.is_step
    )


def _step(step: PlannedVertex, handler: Callable[..., object]) -> PlannedVertex:
    return PlannedVertex(
        step.name,
        handler,
        positional=step.positional,
        slot=step.slot,
        store=step.store,
        is_async=step.is_async,
        is_step=True,
    )


def _nothing() -> None:
    """Stand for a vertex that is left out."""


def _no_arguments(_slots: Slots) -> tuple[object, ...]:
    return ()
