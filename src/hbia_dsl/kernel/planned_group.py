"""An atomic group of a plan: its members by number, and what undoes them.

The kernel decides from it what becomes of the group; what the callables do is the
business of the layers above.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

Slots = list[object]

ROLLBACK: Final = "rollback"
COMPENSATE: Final = "compensate"
ABORT: Final = "abort"


@attrs.frozen(eq=False)
class PlannedUndo:
    """What takes back one member that has succeeded."""

    handler: Callable[[Mapping[str, object], object], object]
    """Takes the inputs of the member by name, and its output."""
    inputs: Callable[[Slots], Mapping[str, object]]
    """Takes the member's inputs out of the slots."""
    is_async: bool = False


@attrs.frozen(eq=False)
class PlannedTransaction:
    """The transaction that a group is, as the steps of the group left it in a slot."""

    begin: int
    """Number of the step before the members."""
    commit: int
    """Number of the step after the members."""
    slot: int
    """Where the step that begins it puts what the group works on."""
    roll_back: Callable[[object], object]
    """Undoes and closes what is in the slot; gives False if it was committed already. To be
    awaited if the transaction is async."""
    may_retry: Callable[[object, BaseException], bool]
    """From what is in the slot and an error: whether the whole group may be begun again."""
    doom: Callable[[object], None]
    """Tells what is in the slot that a member failed, so that the last step has to roll back."""
    is_async: bool = False


@attrs.frozen(eq=False)
class PlannedGroup:
    """Vertices that succeed or fail as one."""

    name: str
    on_failure: str
    """`rollback`, `compensate` or `abort`."""
    members: Sequence[int]
    """Numbers of the members, rising."""
    transaction: PlannedTransaction | None = None
    """None if nothing outside of the flow takes part."""
    undo: Mapping[int, PlannedUndo] = MappingProxyType({})
    """How members are compensated, for those that can be."""
    pivot: int | None = None
    """The member after whose success nothing is undone any more."""
    has_effects: bool = False
    """Whether any member changes something outside, as far as declared."""

    @property
    def effects(self) -> Sequence[int]:
        """Numbers of the members whose effects count, even if they are judged failed afterwards.

        None of a group that is rolled back: its transaction knows what they did.
        """
        if self.on_failure == ROLLBACK:
            return ()
        if self.on_failure == ABORT:
            return self.members
        return [v for v in self.members if v in self.undo or v == self.pivot]

    @property
    def vertices(self) -> Sequence[int]:
        """Numbers of the members and of the steps, rising."""
        if self.transaction is None:
            return self.members
        return (self.transaction.begin, *self.members, self.transaction.commit)
