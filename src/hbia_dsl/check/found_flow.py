"""A flow that is to be checked, and where it was found."""

import attrs

from hbia_dsl.wiring.wired_flow import WiredFlow


@attrs.frozen(eq=False)
class FoundFlow:
    """A flow and its name in the program: `app.flows:signup`."""

    name: str
    wired: WiredFlow
    home: str
    """The module that holds it; empty if no module was asked."""
