"""The store of every day: one SQLite database in a directory, and files for large values.

Whatever happens to its files costs time, never a value and never a run: a damaged row is
removed, a damaged database is set aside, and where nothing can be written nothing is written
for a minute. Each is counted in `StoreInfo.problems`, and logged once.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final, TypeVar

import attrs

from hbia_dsl.cache.cache_argument import checked_max_bytes
from hbia_dsl.cache.sqlite_store_database import DamagedRow, StoreDatabase
from hbia_dsl.cache.sqlite_store_fault import BEARABLE, Fault, meaning_of
from hbia_dsl.cache.sqlite_store_fork import abandon, watch_forks
from hbia_dsl.cache.sqlite_store_opening import Opening
from hbia_dsl.cache.store import DEFAULT_MAX_BYTES, NO_PARTS
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_info import StoreInfo
from hbia_dsl.cache.store_size import taken_bytes
from hbia_dsl.diagnostics.logbook import log_warning

PAUSE_S: Final = 60.0
"""How long nothing is written, or opened, after it could not be."""

TOUCH_S: Final = 600.0
"""How old the note about the last use of an entry must be before a hit makes a new one."""

USES_AT_ONCE: Final = 256
"""How many such notes wait for the next write; with more, they are written on their own."""

ATTEMPTS: Final = 8
"""How often something is tried whose database goes away meanwhile: forks may come in a row."""

FORK_WAIT_S: Final = 5.0
"""How long a fork waits for a write of another thread."""

_TEXTS: Final = {
    Fault.DAMAGED: "was damaged; it is set aside, and a new one is begun",
    Fault.LOST: "was deleted or exchanged while in use; it is opened again",
    Fault.UNABLE: "cannot be used now; values are computed and not stored meanwhile",
}

T = TypeVar("T")


class SqliteStore:
    """Keeps entries in a directory, for any number of threads and processes at once.

    It follows the protocol `Store`. Nothing is made or opened before the first use.

    Args:
        directory: Where; made with rights for its owner alone if it is not there. One that
            belongs to another user is not used. Not on a network file system: SQLite's
            shared journal does not work there.
        max_bytes: What all entries may take, roughly; a whole number above 0.
        clock: Tells seconds since the epoch.

    Raises:
        CacheError: `max_bytes` is not a whole number above 0.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        max_bytes: int = DEFAULT_MAX_BYTES,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._opening = Opening(os.path.abspath(directory))
        self._max_bytes = checked_max_bytes(max_bytes)
        self._clock = clock
        self._gate = Lock()  # for who opens and lets go; taken before the locks of a database
        self._database: StoreDatabase | None = None
        self._is_closed = False
        self._unopened_since: float | None = None
        self._unwritten_since: float | None = None
        self._used: dict[bytes, float] = {}
        self._counts: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()
        self._logged: set[Fault] = set()
        self._pid = os.getpid()
        self._is_held_for_fork = False
        watch_forks(self)

    def get(self, key: bytes) -> Entry | None:
        """Return the entry under a key, or None."""
        entry = self._find(key)
        if entry is None:
            self._counts["misses"] += 1
            return None
        self._counts["hits"] += 1
        if self._clock() - entry.used_s > TOUCH_S:
            self._note_use(key)
        return entry

    def put(self, key: bytes, entry: Entry, explanation: Mapping[str, bytes] = NO_PARTS) -> bool:
        """Keep an entry under a key; return whether it is kept."""
        if taken_bytes(key, entry) > self._max_bytes:
            return False
        now = self._clock()
        stamped = attrs.evolve(entry, created_s=now, used_s=now)

        def write(database: StoreDatabase) -> int:
            return database.put(key, stamped, explanation, self._take_uses(), self._max_bytes)

        evicted = self._write(write)
        if evicted is None:
            return False
        self._counts["evictions"] += evicted
        return True

    def latest(self, flow: str, vertex: str) -> Mapping[str, bytes] | None:
        """Return the explanation of the newest entry of a vertex."""
        return self._read(lambda database: database.latest(flow, vertex))

    def info(self) -> StoreInfo:
        """Return how full the store is and what went wrong."""
        entries, size_bytes = self._read(StoreDatabase.totals) or (0, 0)
        return StoreInfo(
            entries=entries,
            size_bytes=size_bytes,
            max_bytes=self._max_bytes,
            hits=self._counts["hits"],
            misses=self._counts["misses"],
            evictions=self._counts["evictions"],
            is_writable=self._is_writable(),
            problems=dict(self._problems),
        )

    def prune(self, max_bytes: int | None = None, older_than_s: float | None = None) -> int:
        """Remove entries, and what killed processes left behind."""
        limit = self._max_bytes if max_bytes is None else max_bytes

        def write(database: StoreDatabase) -> int:
            database.note_uses(self._take_uses())
            count = database.prune(limit, older_than_s, self._clock())
            database.sweep()
            return count

        return self._write(write) or 0

    def clear(self) -> int:
        """Remove everything."""

        def write(database: StoreDatabase) -> int:
            self._take_uses()
            count = database.clear()
            database.sweep()
            return count

        return self._write(write) or 0

    def close(self) -> None:
        """Let go of files and connections."""
        if self._database is not None:
            self._write_uses()
        with self._gate:
            self._is_closed = True
            self._let_go()

    def __del__(self) -> None:
        database = getattr(self, "_database", None)
        if database is None:
            return
        if database.pid == os.getpid():
            database.close()
        else:
            abandon(database)

    # Forks: see `sqlite_store_fork`.

    def before_fork(self) -> None:
        """Close the connections: a child must not have them."""
        # Whoever forks while he holds a lock (in a signal handler) would wait for himself.
        self._is_held_for_fork = self._gate.acquire(timeout=FORK_WAIT_S)
        if self._is_held_for_fork:
            self._let_go(FORK_WAIT_S)

    def after_fork(self) -> None:
        """Open again when needed; a child has a lock of its own."""
        if self._pid != os.getpid():
            self._start_over()
        elif self._is_held_for_fork:
            self._gate.release()

    def _start_over(self) -> None:
        """Forget what belongs to the parent of this process."""
        self._pid, self._gate = os.getpid(), Lock()
        if self._database is not None:
            abandon(self._database)
            self._database = None

    # Opening and letting go.

    def _ready(self) -> StoreDatabase | None:
        """Return the database, opened if need be; None if that cannot be done."""
        if self._pid != os.getpid():
            self._start_over()  # a fork that Python did not see
        database = self._database
        if database is not None:
            return database
        if self._is_closed or self._is_paused(self._unopened_since):
            return None
        with self._gate:
            if self._database is None and not self._is_closed:
                self._database = self._open()
            return self._database

    def _open(self) -> StoreDatabase | None:
        before = self._opening.set_aside_count
        try:
            opened = self._opening.open()
        except BEARABLE as error:
            self._unopened_since = self._clock()
            self._report(Fault.UNABLE, error)
            return None
        finally:
            if self._opening.set_aside_count > before:
                self._report(Fault.DAMAGED)
        self._unopened_since = None
        return StoreDatabase(opened)

    def _let_go(self, wait_s: float = -1) -> None:
        """Close the database; the gate is held. It stays open if it is in use for too long."""
        if self._database is not None and self._database.close(wait_s):
            self._database = None

    def _exchange(self, database: StoreDatabase, *, is_damaged: bool) -> None:
        """Let go of a database, so that it is opened again; a damaged one is set aside."""
        with self._gate:
            if self._database is not database:
                return  # another thread was first
            self._let_go()
            if is_damaged:
                try:
                    self._opening.set_aside(database.opened.place, database.opened.identity)
                except OSError as error:
                    self._unopened_since = self._clock()
                    self._report(Fault.UNABLE, error)

    # Reading.

    def _find(self, key: bytes) -> Entry | None:
        suspect: object = None
        for _ in range(ATTEMPTS):
            database = self._ready()
            if database is None:
                return None
            try:
                return database.find(key)
            except DamagedRow as row:
                # Its file may have gone with it just now: then the second look finds another row.
                if row.has_file and row.digest != suspect:
                    suspect = row.digest
                    continue
                self._remove_damaged(database, key, row)
                return None
            except BEARABLE as error:
                if not self._bear(database, error):
                    return None
        return None

    def _read(self, read: Callable[[StoreDatabase], T]) -> T | None:
        for _ in range(ATTEMPTS):
            database = self._ready()
            if database is None:
                return None
            try:
                return read(database)
            except BEARABLE as error:
                if not self._bear(database, error):
                    return None
        return None

    def _remove_damaged(self, database: StoreDatabase, key: bytes, row: DamagedRow) -> None:
        self._problems["damaged entry"] += 1
        is_removed = self._write(lambda current: current.remove_damaged(key, row))
        if is_removed is not False or self._database is not database:
            return
        # It was not found under its own key: another thread has removed it, or an index is wrong.
        try:
            database.find(key)
        except DamagedRow:
            self._report(Fault.DAMAGED)
            self._exchange(database, is_damaged=True)
        except BEARABLE as error:
            self._bear(database, error)

    # Writing.

    def _may_write(self) -> bool:
        return not self._is_closed and not self._is_paused(self._unwritten_since)

    def _is_writable(self) -> bool:
        database = self._ready() if self._may_write() else None
        return database is not None and not database.opened.is_immutable

    def _write(self, write: Callable[[StoreDatabase], T]) -> T | None:
        """Write something if nothing prevents it; None if it does."""
        for _ in range(ATTEMPTS):
            if not self._may_write():
                return None
            database = self._ready()
            if database is None:
                return None
            try:
                if not database.is_in_place():
                    self._report(Fault.LOST)
                    self._exchange(database, is_damaged=False)
                    continue
                return write(database)
            except BEARABLE as error:
                if not self._bear(database, error):
                    self._unwritten_since = self._clock()
                    if database.opened.is_immutable:  # perhaps it can be written next time
                        self._exchange(database, is_damaged=False)
                    return None
        return None

    def _note_use(self, key: bytes) -> None:
        self._used[key] = self._clock()
        if len(self._used) >= USES_AT_ONCE:
            self._write_uses()

    def _write_uses(self) -> None:
        used = self._take_uses()
        if used:
            self._write(lambda database: database.note_uses(used))

    def _take_uses(self) -> dict[bytes, float]:
        used, self._used = self._used, {}
        return used.copy()  # another thread may add to it just now

    # Problems.

    def _bear(self, database: StoreDatabase, error: Exception) -> bool:
        """Deal with an error; return whether to try again."""
        meaning = meaning_of(error)
        if meaning is Fault.LOST and self._database is not database:
            return not self._is_closed  # let go of on purpose, such as for a fork
        self._report(meaning, error)
        if meaning is Fault.UNABLE:
            return False
        self._exchange(database, is_damaged=meaning is Fault.DAMAGED)
        return True

    def _is_paused(self, since_s: float | None) -> bool:
        # A clock that was set back must not make the pause longer.
        return since_s is not None and 0 <= self._clock() - since_s < PAUSE_S

    def _report(self, meaning: Fault, error: Exception | None = None) -> None:
        self._problems[meaning.value] += 1
        if meaning not in self._logged:
            self._logged.add(meaning)
            reason = "" if error is None else f" ({_reason(error)})"
            log_warning("the cache %s%s", _TEXTS[meaning], reason)


def _reason(error: Exception) -> str:
    """Return what an error says, without the path that it may name."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) or type(error).__name__
