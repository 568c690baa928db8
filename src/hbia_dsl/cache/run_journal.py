"""The account of cached runs, a line of JSON each, so that one can ask later why something ran.

Lines are appended with one write each, so processes do not tear each other's. What cannot be
written is not written: an account is never worth a run.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from typing import Final

from hbia_dsl.cache.sqlite_store_fault import StoreUnusable
from hbia_dsl.cache.sqlite_store_place import make_directory

FILE: Final = "runs.jsonl"
OLDER_FILE: Final = "runs.older.jsonl"
MOST_BYTES: Final = 4 << 20
"""How large the file grows before it takes the place of the older one, in bytes, roughly."""

LOOK_EVERY: Final = 100
"""After how many lines the file is opened again, in case it was moved, removed or is full.
Opening it takes as long as writing five lines."""

_FLAGS: Final = os.O_APPEND | os.O_CREAT | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)


class RunJournal:
    """Appends the accounts of runs to the journal of a directory; threads may share one.

    Args:
        directory: Where the journal lies; made when the first line is written.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._lock = Lock()
        self._pid = os.getpid()
        self._opened: int | None = None
        self._lines_left = 0

    def note(self, account: str) -> None:
        """Append the account of a run: an object as JSON, on one line."""
        line = f"{account}\n".encode("utf-8", "backslashreplace")
        if self._pid != os.getpid():  # a thread that is not in this child may have held the lock
            self._pid, self._lock = os.getpid(), Lock()
        with self._lock:
            try:
                if self._opened is None or self._lines_left <= 0:
                    self._open()
                self._lines_left -= 1
                if self._opened is not None:
                    os.write(self._opened, line)
            except (OSError, StoreUnusable):  # `suppress` takes half as long as the writing
                pass

    def close(self) -> None:
        """Let go of the file; the next account opens it again."""
        opened, self._opened = self._opened, None
        if opened is not None:
            os.close(opened)

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            self.close()

    def _open(self) -> None:
        self.close()
        self._lines_left = LOOK_EVERY
        make_directory(self._directory)  # refuses one of another user
        path = os.path.join(self._directory, FILE)
        self._opened = os.open(path, _FLAGS, 0o600)
        if os.fstat(self._opened).st_size > MOST_BYTES:
            self.close()
            os.replace(path, os.path.join(self._directory, OLDER_FILE))
            self._opened = os.open(path, _FLAGS, 0o600)


def noted_runs(directory: str) -> Iterator[dict[str, object]]:
    """Yield the accounts that are left, the newest first; lines that are none are left out."""
    for name in (FILE, OLDER_FILE):
        try:
            with open(os.path.join(directory, name), "rb") as opened:
                lines = opened.readlines()
        except OSError:
            continue
        for line in reversed(lines):
            with suppress(ValueError, RecursionError):
                account = json.loads(line)
                if isinstance(account, dict):
                    yield account
