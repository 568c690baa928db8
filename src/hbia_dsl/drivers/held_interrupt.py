"""Keep a Ctrl-C waiting while something is done that must not be torn: a commit, say."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupt_held(on_press: Callable[[], object] | None = None) -> Iterator[None]:
    """Let a Ctrl-C come out after the block instead of inside of it; the second one does not wait.

    Only the main thread gets signals; elsewhere, and where the user handles the signal,
    this does nothing.

    Args:
        on_press: Called at the first one, to have the block end soon.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the block has ended. If that raised, it is the
            cause.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    presses: list[int] = []

    def pressed(number: int, _frame: FrameType | None) -> None:
        presses.append(number)
        if len(presses) > 1:
            raise KeyboardInterrupt
        if on_press is not None:
            on_press()

    signal.signal(signal.SIGINT, pressed)
    try:
        yield
    except Exception as error:
        if presses:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if presses:
        raise KeyboardInterrupt
