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
        members = [name for name in self.completed if name not in self.failures]
        if self.name in self.failures:  # of a transaction nothing is known member by member
            members = []
        word = "; undone: " if self.verdict is Verdict.STUCK else ": "
        done = f"{word}{', '.join(f'`{name}`' for name in members)}" if members else ""
        why = f" ({self.reason})" if self.reason else ""
        lines = [f"group `{self.name}` {self.verdict.value}{why}{done}"]
        for name, error in self.failures.items():
            lines.append(f"`{name}` was not undone: {type(error).__name__}: {error}")
        return lines
