"""Wake an asyncio loop at every signal, also at one that comes just before it begins to wait.

Python runs the handler of a signal between two lines. If the signal comes after the last
line before a call that blocks, nothing interrupts that call, and the handler runs when it
has ended. But Python writes to a file descriptor at once, and a loop can wait for that.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have a loop of the main thread wake up at every signal."""
    if sys.platform == "win32":  # asyncio does this itself there
        yield
        return
    told, tells = os.pipe()
    try:
        os.set_blocking(told, False)
        os.set_blocking(tells, False)
        loop.add_reader(told, _drain, told)
        usual = signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
        try:
            yield
        finally:
            # What a handler set meanwhile, such as `loop.add_signal_handler` does, ends with it.
            signal.set_wakeup_fd(usual)
            if not loop.is_closed():
                loop.remove_reader(told)
    finally:
        os.close(told)
        os.close(tells)


def _drain(told: int) -> None:
    with suppress(BlockingIOError):
        os.read(told, 4096)
