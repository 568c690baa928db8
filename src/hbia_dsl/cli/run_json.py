"""The outcome of a run as JSON, for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from hbia_dsl.cli.failed_run_text import message_of, notes_of, place_of_failure
from hbia_dsl.cli.json_value import json_value
from hbia_dsl.cli.runnable_flow import Result, RunOutcome
from hbia_dsl.cli.vertex_phase import (
    DISCARDED,
    NOT_UNDONE,
    TAKEN_BACK,
    UNDONE,
    VertexPhase,
    is_kept_whole,
)
from hbia_dsl.kernel.settled_group import SettledGroup, Verdict


def run_json(
    result: Result,
    outcome: RunOutcome,
    vertices: Sequence[VertexPhase],
    groups: Sequence[SettledGroup],
    seconds: float,
) -> str:
    """Return the outcome of a run as one JSON object.

    Args:
        result: The values to write.
        outcome: How the run ended.
        vertices: How each vertex ended.
        groups: What became of the atomic groups that did not come to their end.
        seconds: How long the run took.
    """
    content: dict[str, object] = {
        "flow": result.flow,
        "ok": outcome.failed is None,
        "seconds": round(seconds, 6),
    }
    if result.result is not None and outcome.failed is None:
        content["result"] = json_value(outcome.result)
    content["values"] = {name: json_value(value) for name, value in result.values.items()}
    content["vertices"] = {
        vertex.name: {
            "state": vertex.phase,
            "seconds": None if vertex.seconds is None else round(vertex.seconds, 6),
        }
        for vertex in vertices
    }
    if outcome.failed is not None:
        failed = outcome.failed
        content["failures"] = _failures(failed.failures)
        content["skipped"] = list(failed.skipped)
        content["groups"] = [_group(group) for group in groups]
        content["compensation_failures"] = _failures(failed.compensation_failures)
        content["notes"] = notes_of(failed)
    return json.dumps(content, indent=2)


def _group(group: SettledGroup) -> dict[str, object]:
    """Return how a group was left; the note about it says it in words."""
    # Without a transaction only the values are dropped: what members did outside stands.
    is_discarded = group.verdict is Verdict.ROLLED_BACK and bool(group.reason)
    is_kept = is_discarded or group.verdict is Verdict.LEFT or is_kept_whole(group)
    undone = [name for name in group.completed if name not in group.failures]
    return {
        "name": group.name,
        "state": DISCARDED if is_discarded else _STATES[group.verdict],
        "undone": [] if is_kept else undone,
        "not_undone": list(group.completed if is_kept else group.failures),
        "reason": group.reason or None,
    }


_STATES: Final = {
    Verdict.ROLLED_BACK: UNDONE,
    Verdict.COMPENSATED: TAKEN_BACK,
    Verdict.STUCK: NOT_UNDONE,
    Verdict.LEFT: "left",
}


def _failures(failures: Mapping[str, Exception]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name, error in failures.items():
        place = place_of_failure(error)
        cls = type(error)
        found.append(
            {
                "vertex": name,
                "type": f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins."),
                "message": message_of(error),
                "place": None if place is None else place.short(),
            }
        )
    return found
