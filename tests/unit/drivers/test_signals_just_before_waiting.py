"""A Ctrl-C that interrupts no call, because it came just before one, is seen soon all the same.

Here another thread of the process takes the signal: then, too, Python has noted it, and nothing
interrupts the main thread where it waits.
"""

import signal
import sys
import threading
import time
from typing import Final

import pytest

from hbia_dsl.flow.execution import execute
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions
from hbia_dsl.kernel.run_scope import on_cancel
from sample_plans import Colour, Sketch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

LONG_S: Final = 8.0
"""How long a handler waits to be told; a run that sees no signal waits for its handlers."""

MODES: Final[dict[str, OptionsGiven]] = {
    "staged": {"parallel": True},
    "crew": {"parallel": True, "timeout_s": 600},
    "eager": {"parallel": True, "schedule": "eager"},
    "asyncio": {"parallel": True},
    "trio": {"parallel": True, "async_backend": "trio"},
}


def _is_main_waiting() -> bool:
    frame = sys._current_frames()[threading.main_thread().ident or 0]  # noqa: SLF001 - to look at it
    code = frame.f_code
    return code.co_name in {"select", "get_events"} or (
        code.co_name in {"_wait", "wait"} and "hbia_dsl" in code.co_filename
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_signal_that_interrupts_nothing_stops_a_run(mode: str) -> None:
    begun, told = threading.Event(), threading.Event()
    was_told = []

    def blocks(_: int) -> None:
        if threading.current_thread() is threading.main_thread():
            begun.wait(LONG_S)  # else it might take the other one, too
            return
        begun.set()
        with on_cancel(told.set):
            while not _is_main_waiting():
                time.sleep(0.001)
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            was_told.append(told.wait(LONG_S))

    async def ends(_: int) -> None:
        """End at once: then the loop has nothing to do but to wait."""

    sketch = Sketch().vertex("one", blocks, "x", is_async=False)
    if mode in {"asyncio", "trio"}:
        sketch.vertex("two", ends, "x", is_async=True)
    elif mode == "staged":  # there the caller takes one of them itself
        sketch.vertex("two", blocks, "x")

    with pytest.raises(KeyboardInterrupt):
        execute(sketch.plan(Colour.SYNC), {0: 1}, RunOptions().changed(MODES[mode]))

    assert was_told
    assert all(was_told)
