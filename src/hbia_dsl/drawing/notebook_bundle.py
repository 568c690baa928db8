"""What a notebook shows for a flow."""

from typing import Final

from hbia_dsl.drawing.flow_reading import read_flow
from hbia_dsl.drawing.stage_table import stage_table
from hbia_dsl.drawing.svg_text import svg_of_flow
from hbia_dsl.wiring.wired_flow import WiredFlow

MOST_VERTICES: Final = 300
"""Larger flows are not shown unasked: the picture would fill the notebook."""


def mimebundle(wired: WiredFlow) -> dict[str, str]:
    """Return the forms of a flow that a notebook chooses from, by MIME type.

    A picture, and a table for where there are none. There is no HTML on purpose: it would
    win over the picture, and a notebook that is not trusted would strip the drawing out
    of it.
    """
    flow = read_flow(wired)
    if len(flow.vertices) > MOST_VERTICES:
        return {"text/plain": f"Flow {flow.name!r}: {flow.summary}"}
    return {"text/plain": stage_table(flow).rstrip(), "image/svg+xml": svg_of_flow(flow)}
