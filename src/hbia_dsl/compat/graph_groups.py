"""The atomic groups of a hand-made graph: a backend that commits, and compensations by vertex."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product

from hbia_dsl.atomicity.own_transaction import OwnSource, as_source
from hbia_dsl.compat.given_handlers import Handler
from hbia_dsl.flow.group_members import in_transaction
from hbia_dsl.flow.group_steps import GroupSteps
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.graph import Graph
from hbia_dsl.kernel.numbering import Numbering
from hbia_dsl.kernel.plan import PlannedVertex, Slots
from hbia_dsl.kernel.planned_group import (
    COMPENSATE,
    ROLLBACK,
    PlannedGroup,
    PlannedTransaction,
    PlannedUndo,
)
from hbia_dsl.wiring.signature import is_coroutine_function


class GraphGroups:
    """Plans the groups of one graph."""

    def __init__(self, graph: Graph, backend: object, slot: int) -> None:
        """Take a graph and the backend of its transactions, None if there is none.

        Args:
            graph: The graph, or the part of it that is run.
            backend: What every group that is rolled back is begun, committed and rolled
                back with.
            slot: The first slot that is free.

        Raises:
            AtomicSetupError: The backend cannot be used as one.
        """
        self._graph = graph
        self._groups = tuple(graph.atomic_groups.values())
        source = None if backend is None else as_source(backend, exclusive=False)
        self._steps = {
            group.name: GroupSteps(group.name, source)
            for group in self._groups
            if source is not None and group.on_failure == ROLLBACK
        }
        self._transaction_of = {
            member: group.name
            for group in self._groups
            if group.name in self._steps
            for member in group.vertices
        }
        self._slots = {name: slot + k for k, name in enumerate(self._steps)}
        self._take_turns = isinstance(source, OwnSource) and source.is_one_object

    @property
    def slot_count(self) -> int:
        """How many slots the groups need."""
        return len(self._slots)

    @property
    def are_transactions(self) -> list[bool]:
        """For each group, whether it has steps that begin and commit it."""
        return [group.name in self._steps for group in self._groups]

    def call(self, vertex: str, handler: Handler, *, is_async: bool) -> Handler:
        """Return how a vertex is called: runs inside a member know of its transaction."""
        group = self._transaction_of.get(vertex)
        return handler if group is None else in_transaction(group, handler, is_async=is_async)

    def in_turn(self, graph: Adjacency, numbering: Numbering) -> Adjacency | None:
        """Return the graph with groups that wait for each other; None if they need not.

        One object for all of them would mix what belongs to one with what belongs to another.

        Args:
            graph: Neighbours, by declaration order.
            numbering: Its canonical order.
        """
        if not self._take_turns or len(self._steps) < 2:
            return None
        turns = sorted(numbering.steps, key=numbering.steps.__getitem__)
        members = [[numbering.order[v] for v in numbering.members[g]] for g in turns]
        edges = {(s, t) for s, row in enumerate(graph.successors) for t in row}
        for before, after in pairwise(members):
            edges |= set(product(before, after))
        return adjacency_of_edges(len(graph), sorted(edges))

    def step(self, numbering: Numbering, v: int) -> PlannedVertex:
        """Return the step that has a canonical number."""
        g, (begin, _) = next((g, s) for g, s in numbering.steps.items() if v in s)
        name = self._groups[g].name
        steps, slot = self._steps[name], self._slots[name]
        return steps.begin_vertex(slot) if v == begin else steps.end_vertex(slot)

    def planned(
        self,
        numbering: Numbering,
        vertices: Sequence[PlannedVertex],
        compensations: Mapping[str, Handler],
    ) -> list[PlannedGroup]:
        """Return all groups.

        Args:
            numbering: The canonical order.
            vertices: In canonical order.
            compensations: By vertex: what takes it back.
        """
        found = []
        for g, group in enumerate(self._groups):
            members = numbering.members[g]
            undo = {}
            if group.on_failure == COMPENSATE:
                undo = {
                    v: _undo(vertices[v], compensations[vertices[v].name])
                    for v in members
                    if vertices[v].name in compensations
                }
            found.append(
                PlannedGroup(
                    group.name,
                    group.on_failure,
                    members,
                    self._transaction(group.name, numbering.steps.get(g)),
                    undo,
                    has_effects=self._has_effects(group),
                )
            )
        return found

    def _transaction(self, group: str, ends: tuple[int, int] | None) -> PlannedTransaction | None:
        if ends is None:
            return None
        return self._steps[group].planned(*ends, self._slots[group])

    def _has_effects(self, group: AtomicGroup) -> bool:
        vertices = self._graph.vertices
        return any(vertices[name].effect != "pure" for name in group.vertices)


def _undo(vertex: PlannedVertex, handler: Handler) -> PlannedUndo:
    return PlannedUndo(handler, _inputs_of(vertex), is_coroutine_function(handler))


def _inputs_of(vertex: PlannedVertex) -> Callable[[Slots], Mapping[str, object]]:
    take, names = vertex.keywords, vertex.keyword_names
    if take is None:
        return lambda _slots: {}
    return lambda slots: dict(zip(names, take(slots), strict=True))
