"""A clock that stands still until somebody moves it, and how a handler sleeps on it.

Twelve thousand virtual seconds take milliseconds, and nothing that happens on this
clock depends on the machine.
"""

import sys
from collections.abc import Generator

from hbia_dsl.kernel.run_scope import CURRENT_SCOPE


class VirtualClock:
    """The time of one simulated run, in seconds since it began; call it to read it."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class VirtualSleep:
    """What a sleeping coroutine hands to the simulated driver."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = max(0.0, seconds)

    def __await__(self) -> Generator["VirtualSleep", None, None]:
        """Suspend once; whoever steps the coroutine sees to the time."""
        yield self


async def virtual_sleep(seconds: float) -> None:
    """Sleep on the clock of the run: virtual seconds in a simulated one.

    Elsewhere it is the sleep of the event loop that is running, asyncio or trio, so one
    handler serves simulated and real runs.
    """
    scope = CURRENT_SCOPE.get()
    if scope is not None and isinstance(scope.clock, VirtualClock):
        await VirtualSleep(seconds)
        return
    trio = sys.modules.get("trio")  # what is not loaded does not run
    if trio is not None and trio.lowlevel.in_trio_run():
        await trio.sleep(max(0.0, seconds))
    else:
        import asyncio  # loaded where it is used

        await asyncio.sleep(seconds)
