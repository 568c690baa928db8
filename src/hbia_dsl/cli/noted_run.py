"""A run with a cache as its journal tells it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, TypeGuard

import attrs


@attrs.frozen
class VertexNote:
    """What the cache did about one vertex."""

    answer: str
    """hit, miss or not cacheable."""
    reasons: tuple[str, ...]
    limits: tuple[str, ...]
    """What the cache cannot see of its code."""

    def __str__(self) -> str:
        reasons = "; ".join(self.reasons)
        return f"{self.answer}: {reasons}" if reasons else self.answer

    def data(self) -> dict[str, object]:
        """Return the note as JSON has it."""
        return {"answer": self.answer, "reasons": self.reasons, "limits": self.limits}


@attrs.frozen
class NotedRun:
    """One run, by vertex."""

    run_id: str
    flow: str
    at_s: float
    """When it ended, in seconds since the epoch."""
    vertices: Mapping[str, VertexNote]

    @property
    def title(self) -> str:
        """Which run it is, and when it was."""
        at = datetime.fromtimestamp(self.at_s).astimezone().isoformat(" ", "seconds")
        return f"run {self.run_id} of flow `{self.flow}`, {at}"

    def data(self) -> dict[str, object]:
        """Return what identifies the run as JSON has it."""
        return {"run": self.run_id, "flow": self.flow, "at_s": self.at_s}


def noted_run(account: Mapping[str, object]) -> NotedRun | None:
    """Read the account of a run; None if it is that of another version, or damaged."""
    run_id, flow, at_s = account.get("run"), account.get("flow"), account.get("at_s")
    if not isinstance(run_id, str) or not isinstance(flow, str):
        return None
    if not isinstance(at_s, int | float) or not 0 <= at_s < _LAST_S:
        return None
    given = account.get("limits")
    limits: dict[str, list[str]] = {}
    for limit, names in (given if isinstance(given, dict) else {}).items():
        for name in names if _is_texts(names) else ():
            limits.setdefault(name, []).append(limit)
    vertices = {
        name: VertexNote(answer, reasons, tuple(limits.get(name, ())))
        for answer, reasons, names in _notes(account.get("notes"))
        for name in names
    }
    return NotedRun(run_id, flow, at_s, vertices)


_LAST_S: Final = 2**36
"""Far beyond any run, and a date that can be shown."""


def _notes(given: object) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    for note in given if isinstance(given, list) else ():
        match note:
            case [str() as answer, reasons, names] if _is_texts(reasons) and _is_texts(names):
                yield answer, tuple(reasons), names


def _is_texts(given: object) -> TypeGuard[list[str]]:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)
