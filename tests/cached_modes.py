"""Every way to run a flow with a cache, by options and by the call."""

import asyncio
from typing import Any, Final, TypeVar

import attrs
import trio

from hbia_dsl import Flow, Run
from hbia_dsl.flow.run_options import OptionsGiven

T = TypeVar("T")


@attrs.frozen
class Mode:
    """A way to run a flow."""

    name: str
    options: OptionsGiven
    loop: str | None = None
    """The event loop that is running already."""

    def __str__(self) -> str:
        return self.name

    def run(self, flow: Flow[..., T], **inputs: Any) -> Run[T]:  # noqa: ANN401 - any flow, any input
        """Run a flow in this way."""
        chosen = flow.options(**self.options)
        if self.loop == "asyncio":
            return asyncio.run(chosen.run_async(**inputs))
        if self.loop == "trio":
            return trio.run(lambda: chosen.run_async(**inputs))
        return chosen.run(**inputs)


MODES: Final = (
    Mode("serial", {}),
    Mode("threads", {"parallel": True, "max_workers": 3}),
    Mode("eager", {"parallel": True, "max_workers": 3, "schedule": "eager"}),
    Mode("one worker", {"parallel": True, "max_workers": 1}),
    Mode("asyncio", {}, "asyncio"),
    Mode("asyncio at once", {"parallel": True}, "asyncio"),
    Mode("asyncio eager", {"parallel": True, "schedule": "eager"}, "asyncio"),
    Mode("trio", {}, "trio"),
    Mode("trio at once", {"parallel": True}, "trio"),
    Mode("own trio", {"parallel": True, "async_backend": "trio"}),
    Mode("limited", {"timeout_s": 60.0, "on_error": "continue"}),
)
