"""The outcome of a run as JSON, for programs."""

import json
from collections.abc import Sequence

from hbia_dsl.cli.failed_run_text import message_of, place_of_failure
from hbia_dsl.cli.json_value import json_value
from hbia_dsl.cli.runnable_flow import Result, RunOutcome
from hbia_dsl.cli.vertex_phase import VertexPhase
from hbia_dsl.errors import FlowFailed


def run_json(
    result: Result, outcome: RunOutcome, vertices: Sequence[VertexPhase], seconds: float
) -> str:
    """Return the outcome of a run as one JSON object.

    Args:
        result: The values to write.
        outcome: How the run ended.
        vertices: How each vertex ended.
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
        content["failures"] = _failures(outcome.failed)
        content["skipped"] = list(outcome.failed.skipped)
    return json.dumps(content, indent=2)


def _failures(failed: FlowFailed) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name, error in failed.failures.items():
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
