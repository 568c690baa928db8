"""A flag that says "stop", which threads can look at and hook on to.

A running thread cannot be stopped from outside. It can look (`check_cancelled`), or it
can leave a hook that unblocks it, such as a connection's `interrupt`.
"""

from collections.abc import Callable
from itertools import count
from threading import Lock

from hbia_dsl.diagnostics.logbook import log_exception


class CancelToken:
    """Set once, never reset; hooks run in the thread that sets it."""

    __slots__ = ("_hooks", "_keys", "_lock", "reason")

    def __init__(self) -> None:
        self._lock = Lock()
        self._hooks: dict[int, Callable[[], object]] = {}
        self._keys = count()
        self.reason: str | None = None
        """Why; None as long as nothing is cancelled."""

    def cancel(self, reason: str) -> None:
        """Set the flag and run the hooks. A second call changes nothing."""
        with self._lock:
            if self.reason is not None:
                return
            self.reason = reason
            hooks = list(self._hooks.values())
            self._hooks.clear()
        for hook in hooks:
            _run(hook)

    def add_hook(self, hook: Callable[[], object]) -> Callable[[], None]:
        """Run `hook` when the flag is set, at once if it is; return what takes it off."""
        with self._lock:
            if self.reason is None:
                key = next(self._keys)
                self._hooks[key] = hook
                return lambda: self._remove(key)
        _run(hook)
        return lambda: None

    def _remove(self, key: int) -> None:
        with self._lock:
            self._hooks.pop(key, None)


def _run(hook: Callable[[], object]) -> None:
    try:
        hook()
    except Exception as error:  # noqa: BLE001 - a broken hook must not keep the others from running
        log_exception("a hook given to on_cancel failed", error)
