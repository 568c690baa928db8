"""A wired flow that is to be judged, and what reports call it."""

import attrs

from hbia_dsl.wiring.wired_flow import WiredFlow


@attrs.frozen(eq=False)
class JudgedFlow:
    """A flow's vertices with the sources of their parameters, and its name in reports."""

    name: str
    """Its name in the program, `app.flows:signup`; the flow's own name if no program was asked."""
    wired: WiredFlow
    home: str = ""
    """The module that holds it; empty if no module was asked."""
