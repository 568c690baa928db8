"""One trial of a verification: a run with one injected failure, and what the probe saw."""

from collections.abc import Mapping
from typing import Literal

import attrs

from hbia_dsl.testing.failure_point import FailurePoint

Mode = Literal["serial", "parallel"]


@attrs.frozen
class Trial:
    """A run in which one thing failed, with the probe's values before and after it."""

    group: str
    mode: Mode
    point: FailurePoint
    before: object
    """What the probe saw before the run."""
    after: object
    """What the probe saw after it."""
    was_reached: bool
    """Whether the point lay on the way of the run."""
    own_failures: Mapping[str, Exception]
    """What failed by itself, by vertex."""
    undo_failures: Mapping[str, Exception]
    """What could not be undone, by member or group; without what was injected."""

    @property
    def has_changed(self) -> bool:
        """Whether the probe saw a difference."""
        return not is_same(self.before, self.after)

    def __str__(self) -> str:
        return f"{self.mode}, {self.point}: {'changed' if self.has_changed else 'unchanged'}"


def is_same(one: object, other: object) -> bool:
    """Return whether two values of a probe are equal."""
    return bool(one == other)
