"""A flow that is to be checked, and where it was found."""

import attrs

from hbia_dsl.flow.flow import Flow
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.wiring.wired_flow import WiredFlow


@attrs.frozen(eq=False)
class FoundFlow:
    """A flow and its name in the program: `app.flows:signup`."""

    name: str
    flow: Flow[..., object]
    home: str
    """The module that holds it; empty if no module was asked."""

    @property
    def wired(self) -> WiredFlow:
        """Its vertices with the sources of their parameters."""
        return self.flow.wired

    @property
    def judged(self) -> JudgedFlow:
        """What a type checker is asked about."""
        return JudgedFlow(self.name, self.flow.wired, self.home)
