"""What a store asks of its database. Everything here may raise; `SqliteStore` bears it.

Two connections: look-ups never wait for a write, neither one of this process nor of others.
Measured against one connection a thread, the guarded one costs 2 us more, and leaves nothing
behind when a thread ends.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from struct import error as struct_error
from threading import Lock
from typing import Final

from hbia_dsl.cache.sqlite_store_opening import Opened, close_all
from hbia_dsl.cache.sqlite_store_values import LARGE_BYTES, ValueFiles
from hbia_dsl.cache.store_digest import row_digest
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_parts import TEXT, pack_parts, unpack_parts
from hbia_dsl.cache.store_size import taken_bytes

STEP_ROWS: Final = 64
"""Rows that are removed at a time while others may wait to write."""

CHECKPOINT_BYTES: Final = 4 << 20
"""How large the journal grows before it is brought into the database: about 1,000 pages."""

_FIND: Final = (
    "SELECT codec, flow, vertex, created_s, used_s, digest, payload FROM entry WHERE key = ?"
)
_PUT: Final = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EXPLAIN: Final = "INSERT OR REPLACE INTO latest VALUES (?, ?, ?)"
_REPLACED: Final = (
    "SELECT rowid, taken_bytes, digest, typeof(payload) = 'integer' FROM entry WHERE key = ?"
)
_OLDEST: Final = (
    "SELECT rowid, taken_bytes, digest, typeof(payload) = 'integer' FROM entry"
    " WHERE used_s < ? ORDER BY used_s LIMIT ?"
)
_HAVE_FILES: Final = "SELECT digest FROM entry WHERE typeof(payload) = 'integer'"
_TOTALS: Final = "SELECT count(*), coalesce(sum(taken_bytes), 0) FROM entry"
_EVER: Final = float("inf")

Row = tuple[int, int, bytes, int]
"""A row that goes: its number, what it takes, its digest, whether its value has a file."""


class DamagedRow(Exception):  # noqa: N818 - a finding
    """A row does not match its digest."""

    def __init__(self, digest: object, *, has_file: bool) -> None:
        super().__init__(digest)
        self.digest = digest
        self.has_file = has_file


class StoreDatabase:
    """The open database of a store. Its methods may be called from any thread."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.files = ValueFiles(opened.place.values)
        self.pid = os.getpid()
        self._read_lock = Lock()
        self._write_lock = Lock()
        # A damaged row may call anything a text: it is compared as bytes.
        opened.reader.text_factory = bytes
        opened.writer.text_factory = bytes
        self._total_bytes: int | None = None
        self._bytes_since_total = 0
        self._checkpoint_at = CHECKPOINT_BYTES

    def find(self, key: bytes) -> Entry | None:
        """Return the entry of a key; None if there is none.

        Raises:
            DamagedRow: It is not what was put there.
            sqlite3.Error: It cannot be read.
            OSError: Its file cannot be read.
        """
        with self._read_lock:
            row = self.opened.reader.execute(_FIND, (key,)).fetchone()
        if row is None:
            return None
        codec, flow, vertex, created_s, used_s, digest, payload = row
        has_file = isinstance(payload, int)
        if has_file and isinstance(digest, bytes):
            payload = self.files.read(digest, payload)
        try:
            is_sound = row_digest(key, (codec, flow, vertex), created_s, payload) == digest
            used_s += 0.0
        except (TypeError, struct_error):  # a damaged row may hold anything anywhere
            is_sound = False
        if not is_sound:
            raise DamagedRow(digest, has_file=has_file)
        return Entry(
            payload,
            codec.decode(*TEXT),
            vertex.decode(*TEXT),
            flow.decode(*TEXT),
            created_s,
            used_s,
        )

    def latest(self, flow: str, vertex: str) -> dict[str, bytes] | None:
        """Return the explanation of the newest entry of a vertex."""
        with self._read_lock:
            row = self.opened.reader.execute(
                "SELECT parts FROM latest WHERE vertex = ?", (_vertex_key(flow, vertex),)
            ).fetchone()
        if row is None or not isinstance(row[0], bytes):
            return None
        return unpack_parts(row[0])

    def totals(self) -> tuple[int, int]:
        """Return how many entries there are, and what they take in bytes."""
        with self._read_lock:
            entries, taken = self.opened.reader.execute(_TOTALS).fetchone()
        return int(entries), int(taken)

    def put(
        self,
        key: bytes,
        entry: Entry,
        explanation: Mapping[str, bytes],
        used: Mapping[bytes, float],
        max_bytes: int,
    ) -> int:
        """Write an entry; return how many others had to go for it.

        Args:
            key: Its key.
            entry: The entry with its times.
            explanation: What its key was made of; nothing is noted if it is empty.
            used: When other entries were used, to be noted by the way.
            max_bytes: What all entries may take.
        """
        taken, is_large = taken_bytes(key, entry), len(entry.payload) >= LARGE_BYTES
        names = (entry.codec.encode(*TEXT), entry.flow.encode(*TEXT), entry.vertex.encode(*TEXT))
        digest = row_digest(key, names, entry.created_s, entry.payload)
        payload = len(entry.payload) if is_large else entry.payload
        values = (key, *names, entry.created_s, entry.used_s, taken, digest, payload)
        file = self.files.written(digest, entry.payload) if is_large else nullcontext(_nothing)
        with file as publish, self._transaction() as writer:
            replaced: list[Row] = writer.execute(_REPLACED, (key,)).fetchall()
            if any(row[2] == digest for row in replaced):
                return 0  # the same value at the same time: it is there, and its file as well
            writer.execute(_PUT, values)
            if explanation:
                at = (_vertex_key(entry.flow, entry.vertex), entry.created_s)
                writer.execute(_EXPLAIN, (*at, pack_parts(explanation)))
            _note_uses(writer, used)
            evicted = self._make_room(writer, taken - _sum_of(replaced), max_bytes)
            publish()  # while nobody else writes: who sweeps now cannot take it for an orphan
        self._remove_files(replaced + evicted)
        self._checkpoint_if_due()
        return len(evicted)

    def note_uses(self, used: Mapping[bytes, float]) -> None:
        """Write down when entries were used."""
        with self._transaction() as writer:
            _note_uses(writer, used)
        self._checkpoint_if_due()

    def remove_damaged(self, key: bytes, row: DamagedRow) -> bool:
        """Remove a damaged row and its file; return whether it was there."""
        with self._transaction() as writer:
            found = writer.execute(
                "DELETE FROM entry WHERE key = ? AND digest IS ?", (key, row.digest)
            )
            count = found.rowcount
        self._total_bytes = None
        if row.has_file and isinstance(row.digest, bytes):
            self.files.remove(row.digest)
        return count > 0

    def prune(self, max_bytes: int, older_than_s: float | None, now_s: float) -> int:
        """Remove entries that were not used for long or do not fit; return how many went."""
        count = 0
        if older_than_s is not None:
            since = now_s - older_than_s
            while step := self._remove_oldest(since):
                count += len(step)
            with self._transaction() as writer:
                writer.execute("DELETE FROM latest WHERE created_s < ?", (since,))
        excess = self.totals()[1] - max_bytes
        while excess > 0 and (step := self._remove_oldest(_EVER, excess)):
            excess -= _sum_of(step)
            count += len(step)
        return count

    def clear(self) -> int:
        """Remove everything; return how many entries went."""
        with self._transaction() as writer:
            (count,) = writer.execute("SELECT count(*) FROM entry").fetchone()
            writer.execute("DELETE FROM entry")
            writer.execute("DELETE FROM latest")
        self._total_bytes = None
        return int(count)

    def sweep(self) -> None:
        """Remove files without a row, and give room in the database back to the disk."""
        self.files.remove_left_behind()
        with self._transaction() as writer:  # nobody can publish a file meanwhile
            known = {row[0] for row in writer.execute(_HAVE_FILES).fetchall()}
            for digest in self.files.named():
                if digest not in known:
                    self.files.remove(digest)
        with self._write_lock:
            # `execute` would take one step only, which frees one page.
            self.opened.writer.executescript("PRAGMA incremental_vacuum")
            self._checkpoint()

    def is_in_place(self) -> bool:
        """Return whether the file of that name still is the one that is open."""
        return self.opened.place.identity() == self.opened.identity

    def close(self, wait_s: float = -1) -> bool:
        """Close the connections when nobody uses them; return whether they are closed.

        Args:
            wait_s: How long to wait for each of the two; for ever if negative.
        """
        with ExitStack() as held:
            for lock in (self._write_lock, self._read_lock):
                if not lock.acquire(timeout=wait_s):
                    return False
                held.callback(lock.release)
            close_all([self.opened.reader, self.opened.writer])
        return True

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the right to write, in this process and among all; commit at the end."""
        with self._write_lock:
            writer = self.opened.writer
            if writer.in_transaction:  # left open by an interrupt between two lines
                writer.execute("ROLLBACK")
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                self._total_bytes = None
                # A full disk ends the transaction by itself.
                with suppress(sqlite3.Error):
                    writer.execute("ROLLBACK")
                raise

    def _make_room(self, writer: sqlite3.Connection, added: int, max_bytes: int) -> list[Row]:
        """Remove the least recently used entries if the store is full.

        What all take is counted now and then, and kept up in between: other processes may
        carry the store over its limit by a thirty-second of it each.
        """
        self._bytes_since_total += added
        if self._total_bytes is None or self._bytes_since_total > max_bytes // 32:
            _, self._total_bytes = writer.execute(_TOTALS).fetchone()
            self._bytes_since_total = 0
        else:
            self._total_bytes += added
        gone: list[Row] = []
        while self._total_bytes > max_bytes:
            step = _take_oldest(writer, _EVER, self._total_bytes - max_bytes)
            if not step:
                break
            self._total_bytes -= _sum_of(step)
            gone += step
        return gone

    def _remove_oldest(self, since_s: float, enough_bytes: float = _EVER) -> list[Row]:
        """Remove some entries in a transaction of its own, so that others need not wait long."""
        with self._transaction() as writer:
            gone = _take_oldest(writer, since_s, enough_bytes)
        self._total_bytes = None
        self._remove_files(gone)
        return gone

    def _remove_files(self, gone: list[Row]) -> None:
        for _, _, digest, has_file in gone:
            if has_file:
                self.files.remove(digest)

    def _checkpoint_if_due(self) -> None:
        try:
            size = os.stat(self.opened.place.database + "-wal").st_size
        except OSError:
            return
        if size >= self._checkpoint_at:
            with self._write_lock:
                is_done = self._checkpoint()
            # A reader held it up: do not ask again with every write.
            self._checkpoint_at = CHECKPOINT_BYTES if is_done else size + CHECKPOINT_BYTES

    def _checkpoint(self) -> bool:
        """Bring the journal into the database.

        SQLite before 3.51.3 can damage a database if a checkpoint begins just after a complete
        one while somebody commits. So only writers do it, rarely, and in the mode that waits
        for the right to write: then nobody else commits. (If that cannot be had in
        `WRITE_WAIT_S`, SQLite copies what it can and resets nothing.)
        """
        (is_busy, *_) = self.opened.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy


def _take_oldest(writer: sqlite3.Connection, since_s: float, enough_bytes: float) -> list[Row]:
    rows: list[Row] = []
    for row in writer.execute(_OLDEST, (since_s, STEP_ROWS)).fetchall():
        if enough_bytes <= 0:
            break
        enough_bytes -= row[1]
        rows.append(row)
    writer.executemany("DELETE FROM entry WHERE rowid = ?", [(row[0],) for row in rows])
    return rows


def _note_uses(writer: sqlite3.Connection, used: Mapping[bytes, float]) -> None:
    if used:
        pairs = [(used_s, key) for key, used_s in used.items()]
        writer.executemany("UPDATE entry SET used_s = ? WHERE key = ?", pairs)


def _sum_of(rows: list[Row]) -> int:
    return sum(row[1] for row in rows)


def _nothing() -> None:
    """Publish nothing: the value is in its row."""


def _vertex_key(flow: str, vertex: str) -> bytes:
    return f"{flow}\0{vertex}".encode(*TEXT)
