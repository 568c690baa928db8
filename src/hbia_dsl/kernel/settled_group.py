"""What became of an atomic group that did not come to its end."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

import attrs


class Verdict(Enum):
    """How an unfinished group was left."""

    ROLLED_BACK = "was rolled back"
    COMPENSATED = "was compensated"
    STUCK = "could not be undone completely"
    LEFT = "was left as it is"


@attrs.frozen
class SettledGroup:
    """One group: what was done about it, and what could not be done."""

    name: str
    verdict: Verdict
    completed: tuple[str, ...]
    """Names of the members that had succeeded, in the order in which they are undone."""
    failures: Mapping[str, Exception] = MappingProxyType({})
    """Why something could not be undone: by member, or by the group's own name."""
    reason: str = ""
    """Why it was left as it is."""

    def notes(self) -> list[str]:
        """Say it in a person's words, a line each."""
        done = f": {', '.join(f'`{name}`' for name in self.completed)}" if self.completed else ""
        why = f" ({self.reason})" if self.reason else ""
        lines = [f"group `{self.name}` {self.verdict.value}{why}{done}"]
        for name, error in self.failures.items():
            lines.append(f"`{name}` was not undone: {type(error).__name__}: {error}")
        return lines
