"""Ctrl-C while an event loop runs that was made for one run.

The first one cancels the run, which then ends as always. The second one leaves at once,
whatever still runs: threads of the pool are daemons, so they hold up nothing. On trio
it takes a third one if an async handler does not let itself be cancelled: nothing may be
raised in the midst of trio's own code unless there is no other way. Only the main thread
gets signals, and a handler for them that the user installed stays.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Self


class LeaveNow(KeyboardInterrupt):
    """A Ctrl-C after the first: nothing is waited for any more."""


class CtrlC:
    """Takes the signals while it is entered."""

    def __init__(self) -> None:
        self.presses = 0
        """How often it was pressed."""
        self.on_first: Callable[[], object] = lambda: None
        """Cancels the run. Called between any two lines of the main thread."""
        self.on_second: Callable[[], object] | None = None
        """Makes the run stop waiting. Without it, `LeaveNow` is raised already now."""
        self.is_installed = False
        """Whether the signals come here."""

    def __enter__(self) -> Self:
        """Take over, if Ctrl-C still means what it means by default."""
        if threading.current_thread() is threading.main_thread() and (
            signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._pressed)
            self.is_installed = True
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signal back."""
        if self.is_installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _pressed(self, _signal: int, _frame: FrameType | None) -> None:
        self.presses += 1
        if self.presses == 1:
            self.on_first()
        elif self.presses == 2 and self.on_second is not None:
            self.on_second()
        else:
            raise LeaveNow
