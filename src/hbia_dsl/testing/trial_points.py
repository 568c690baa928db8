"""Which failures a group is tried with."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.kernel.planned_group import COMPENSATE
from hbia_dsl.testing.failure_point import FailurePoint, Place
from hbia_dsl.testing.trial import Mode
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


@attrs.frozen
class TriedGroup:
    """What a verification knows of an atomic group."""

    name: str
    on_failure: str
    members: Sequence[WiredVertex]
    """In the order of a serial run."""
    followers: Mapping[str, Collection[str]]
    """For each member, the members that wait for it."""
    is_transaction: bool
    may_overlap: bool
    """Whether members may run at the same time."""

    def beside(self, point: FailurePoint) -> Sequence[str]:
        """Return the members that do not wait for the one that fails, if they may overlap."""
        if not point.member or not self.may_overlap:
            return ()
        waiting = self.followers[point.member]
        return [m.name for m in self.members if m.name not in waiting and m.name != point.member]

    def overlaps_in(self, mode: Mode) -> bool:
        """Whether members run at the same time in this mode."""
        return self.may_overlap and mode == "parallel"

    def completed(self, point: FailurePoint, mode: Mode) -> Sequence[str]:
        """Return the members that have succeeded when one fails; none if it is no member."""
        if not point.member:
            return ()
        if self.overlaps_in(mode):
            return self.beside(point)
        names = [member.name for member in self.members]
        return names[: names.index(point.member)]

    @property
    def undoable(self) -> Sequence[str]:
        """Members that have a compensation."""
        return [m.name for m in self.members if m.atomic and callable(m.atomic.compensate)]

    @property
    def retriable(self) -> Sequence[str]:
        """Members that are tried again when they fail."""
        return [m.name for m in self.members if m.atomic and m.atomic.is_retriable]

    @property
    def failing(self) -> Sequence[str]:
        """Members whose failure has the group undone: those up to the pivot."""
        pivot = next(
            (n for n, m in enumerate(self.members) if m.atomic and m.atomic.is_pivot), None
        )
        reached = self.members if pivot is None else self.members[: pivot + 1]
        return [m.name for m in reached if m.name not in self.retriable]

    def points_of_failure(self) -> Iterator[FailurePoint]:
        """Yield what is to leave nothing behind, and is tried in this order."""
        yield FailurePoint(Place.BEFORE_GROUP)
        for name in self.failing:
            yield FailurePoint(Place.BEFORE_MEMBER, name)
            # A member that has failed is not compensated: where the group compensates, the
            # failure after a member is the one before the next.
            if self.on_failure != COMPENSATE:
                yield FailurePoint(Place.AFTER_MEMBER, name)
        if self.is_transaction:
            yield FailurePoint(Place.BEFORE_COMMIT)

    def points_of_undoing(self, mode: Mode) -> Iterator[FailurePoint]:
        """Yield what is to leave nothing behind although a compensation is disturbed."""
        for undone in self.undoable:
            at = self._last_failing_without(undone, mode)
            if at is not None:
                for place in (Place.UNDO_TWICE, Place.UNDO_NEVER):
                    yield FailurePoint(place, at, undone)

    def _last_failing_without(self, undone: str, mode: Mode) -> str | None:
        """Return the last member whose failure has another one compensated."""
        for name in reversed(self.failing):
            if undone in self.completed(FailurePoint(Place.BEFORE_MEMBER, name), mode):
                return name
        return None

    def points_of_success(self) -> Iterator[FailurePoint]:
        """Yield what is to leave all of the group's work behind."""
        yield FailurePoint(Place.NOWHERE)
        if self.is_transaction:
            yield FailurePoint(Place.AFTER_COMMIT)
        for name in self.retriable:
            yield FailurePoint(Place.RETRY_BEFORE, name)
            yield FailurePoint(Place.RETRY_AFTER, name)


def tried_group(
    flow: WiredFlow, name: str, order: Sequence[str], *, is_transaction: bool
) -> TriedGroup:
    """Look at a group of a flow.

    Args:
        flow: The flow.
        name: Of the group.
        order: Its members in the order of a serial run.
        is_transaction: Whether a transaction is attached to it.
    """
    group = flow.graph.atomic_groups[name]
    topology = GraphTopology(flow.graph)
    return TriedGroup(
        name,
        group.on_failure,
        [flow.vertices[member] for member in order],
        {m: [v.name for v in topology.descendants(m)] for m in order},
        is_transaction,
        may_overlap=not group.no_parallel and not is_transaction,
    )
