"""`hbia stages TARGET`: which vertices run at once, stage by stage."""

import sys
from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.named_flows import FLOW_TARGETS
from hbia_dsl.cli.shown_flow import shown_flows
from hbia_dsl.drawing.drawn_graph import DrawnFlow


def stages(
    target: Annotated[str, Parameter(help=f"a document, or {FLOW_TARGETS}")],
    /,
    *,
    flow: str | None = None,
    json: bool = False,
) -> int:
    """Print which vertices run at once, stage by stage.

    Args:
        target: What to show.
        flow: The only flow wanted of a document that has several.
        json: Print JSON: the names of the vertices, by flow and stage.
    """
    flows = [shown.drawn() for shown in shown_flows(target, flow)]
    if json:
        from json import dumps  # loaded where it is used

        print(dumps({one.name: _names(one) for one in flows}, indent=2))
        return 0
    for number, one in enumerate(flows):
        if number:
            print()
        print(f"flow {one.name}: {one.summary}")
        for stage, names in enumerate(_names(one), start=1):
            print(f"  {stage}  {', '.join(names)}")
    sys.stdout.flush()
    return 0


def _names(flow: DrawnFlow) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(flow.stage_count)]
    for vertex in flow.vertices:
        found[vertex.stage - 1].append(vertex.name)
    return found
