"""Plan the atomic groups of a flow: their steps, their members' calls, and what undoes them."""

from collections.abc import Callable, Mapping, Sequence

from hbia_dsl.atomicity.transaction import TransactionSource
from hbia_dsl.declare.declaration import AtomicDeclaration
from hbia_dsl.flow.group_members import by_name, in_transaction, on_connection, tried_again
from hbia_dsl.flow.group_steps import GroupSteps
from hbia_dsl.flow.slot_table import SlotTable
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.kernel.arguments import Getter, Source, compile_arguments
from hbia_dsl.kernel.numbering import Numbering
from hbia_dsl.kernel.plan import PlannedVertex, Slots
from hbia_dsl.kernel.planned_group import PlannedGroup, PlannedTransaction, PlannedUndo
from hbia_dsl.wiring.signature import is_coroutine_function
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


class GroupPlanner:
    """Plans the groups of one flow."""

    def __init__(
        self,
        flow: WiredFlow,
        numbering: Numbering,
        slots: SlotTable,
        transactions: Mapping[str, TransactionSource],
    ) -> None:
        self._flow = flow
        self._groups = tuple(flow.graph.atomic_groups.values())
        self._numbering = numbering
        self._slots = slots
        self._steps = {
            group.name: GroupSteps(group.name, transactions[group.name])
            for group in self._groups
            if group.name in transactions
        }
        self._slot_of = {name: slots.reserve() for name in self._steps}

    def step(self, v: int) -> PlannedVertex:
        """Return the step that has a canonical number."""
        g, (begin, _) = next((g, s) for g, s in self._numbering.steps.items() if v in s)
        group = self._groups[g].name
        steps, slot = self._steps[group], self._slot_of[group]
        return steps.begin_vertex(slot) if v == begin else steps.end_vertex(slot)

    def call(
        self,
        vertex: WiredVertex,
        told: AtomicDeclaration,
        handler: Callable[..., object],
        sources: list[Source],
    ) -> tuple[Callable[..., object], list[Source]]:
        """Return how a member is called, and where its positional arguments come from."""
        if told.is_retriable:
            handler = tried_again(handler, is_async=vertex.is_async)
        if told.group not in self._slot_of:  # with nothing attached: its defaults
            return handler, sources
        handler = in_transaction(told.group, handler, is_async=vertex.is_async)
        kinds = vertex.resources
        if not kinds:
            return handler, sources
        named = by_name(handler, kinds)
        call = on_connection(vertex.name, named, kinds, is_async=vertex.is_async)
        return call, [self._slot_of[told.group], *sources]

    def groups(self, numbers: Mapping[str, int]) -> list[PlannedGroup]:
        """Return all groups.

        Args:
            numbers: Canonical number of each vertex.
        """
        return [self._planned(g, group, numbers) for g, group in enumerate(self._groups)]

    def _planned(self, g: int, group: AtomicGroup, numbers: Mapping[str, int]) -> PlannedGroup:
        members = [self._flow.vertices[name] for name in group.vertices]
        told = [(vertex, vertex.atomic) for vertex in members if vertex.atomic is not None]
        pivots = [numbers[vertex.name] for vertex, said in told if said.is_pivot]
        return PlannedGroup(
            name=group.name,
            on_failure=group.on_failure,
            members=self._numbering.members[g],
            transaction=self._transaction(g, group.name),
            undo={
                numbers[vertex.name]: self._undo(vertex, said.compensate)
                for vertex, said in told
                if callable(said.compensate)
            },
            pivot=pivots[0] if pivots else None,
            has_effects=any(vertex.declaration.effect != "pure" for vertex in members),
        )

    def _transaction(self, g: int, group: str) -> PlannedTransaction | None:
        if group not in self._steps:
            return None
        begin, commit = self._numbering.steps[g]
        return self._steps[group].planned(begin, commit, self._slot_of[group])

    def _undo(self, vertex: WiredVertex, undo: Callable[..., object]) -> PlannedUndo:
        bound = [b for b in vertex.bindings if b.is_passed]
        take = compile_arguments([self._slots.source(vertex, b) for b in bound])
        names = [b.parameter for b in bound]
        return PlannedUndo(undo, _by_name(names, take), is_coroutine_function(undo))


def _by_name(names: Sequence[str], take: Getter) -> Callable[[Slots], Mapping[str, object]]:
    return lambda slots: dict(zip(names, take(slots), strict=True))
