"""Where a verification lets something fail, as a value."""

from enum import Enum

import attrs


class InjectedFailure(Exception):  # noqa: N818 - it stands for a user's error, and is none of ours
    """What a verification raises inside of a flow; the flow treats it like any other error."""


class Place(Enum):
    """What fails, or what is made to happen twice."""

    NOWHERE = "nothing fails"
    BEFORE_GROUP = "before the group"
    BEFORE_MEMBER = "before"
    AFTER_MEMBER = "after"
    BEFORE_COMMIT = "before the commit"
    AFTER_COMMIT = "after the commit"
    RETRY_BEFORE = "once before"
    RETRY_AFTER = "once after"
    UNDO_TWICE = "fails after its work and runs again"
    UNDO_NEVER = "fails each time"


@attrs.frozen
class FailurePoint:
    """One failure that is injected into a run."""

    place: Place
    member: str = ""
    """The member at which the group fails, if it is one."""
    undo_of: str = ""
    """The member whose compensation is disturbed while the group is taken back."""

    @property
    def is_whole(self) -> bool:
        """Whether all of the group's work is to be there in the end, and not nothing of it."""
        return self.place in _WHOLE

    def __str__(self) -> str:
        """Say it in a person's words: "before `charge`"."""
        place = self.place
        if self.undo_of:
            return f"before `{self.member}`, and the compensation of `{self.undo_of}` {place.value}"
        return f"{place.value} `{self.member}`" if self.member else place.value


_WHOLE = frozenset({Place.NOWHERE, Place.AFTER_COMMIT, Place.RETRY_BEFORE, Place.RETRY_AFTER})
