"""A thread that presses Ctrl-C: the signal strikes the main thread between any two lines of it."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue


class Assailant:
    """Interrupts the main thread when it is told to."""

    def __init__(self) -> None:
        self.orders: SimpleQueue[float | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        while (delay_s := self.orders.get()) is not None:
            until = time.perf_counter() + delay_s
            while time.perf_counter() < until:
                time.sleep(0)
            signal.pthread_kill(main, signal.SIGINT)


@contextmanager
def assailant() -> Iterator[Assailant]:
    """Have an assailant for a while, and threads that take turns often."""
    found = Assailant()
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield found
    finally:
        sys.setswitchinterval(usual_s)
        found.orders.put(None)
        found.thread.join()
