"""The trace of a simulated run: what happened, in order, with virtual times.

It holds names and times only, so two traces are equal exactly if the same things
happened, and a failing one can be printed.
"""

from collections.abc import Sequence
from typing import Literal

import attrs

Happening = Literal[
    "start",
    "call",
    "succeeded",
    "failed",
    "retried",
    "cancelled",
    "timeout",
    "cancel",
    "deadline",
    "stop",
]
"""Of a vertex: `start`; `call` of its handler; `timeout` and `cancel`, by which it is told to
end; and how it ended, `retried` if its atomic group is begun again because of it. Of the run:
`deadline`, `cancel` by its host, and `stop`, after which nothing is started."""


@attrs.frozen
class TraceEvent:
    """One thing that happened."""

    at_s: float
    """When, in virtual seconds since the run began."""
    what: Happening
    vertex: str | None = None
    """Name of the vertex; None if it happened to the run."""

    def __str__(self) -> str:
        return f"{self.at_s:>9.3f}  {self.what:<9}  {self.vertex or '(the run)'}"


def trace_text(trace: Sequence[TraceEvent]) -> str:
    """Return a trace as a table, one line for each event."""
    return "\n".join(map(str, trace))
