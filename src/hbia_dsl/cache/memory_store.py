"""A store in memory: for tests, and for processes that live shortly."""

import os
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType

import attrs

from hbia_dsl.cache.cache_argument import checked_max_bytes
from hbia_dsl.cache.store import DEFAULT_MAX_BYTES, NO_PARTS
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_info import StoreInfo
from hbia_dsl.cache.store_size import taken_bytes


class MemoryStore:
    """Keeps entries in a dict, the least recently used ones first.

    It follows the protocol `Store`, and ends with the process.

    Args:
        max_bytes: What all entries may take, roughly; a whole number above 0.
        clock: Tells seconds since the epoch.

    Raises:
        CacheError: `max_bytes` is not a whole number above 0.
    """

    def __init__(
        self, max_bytes: int = DEFAULT_MAX_BYTES, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._max_bytes = checked_max_bytes(max_bytes)
        self._clock = clock
        self._lock = Lock()
        self._pid = os.getpid()
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._latest: dict[tuple[str, str], Mapping[str, bytes]] = {}
        self._size_bytes = 0
        self._counts: Counter[str] = Counter()
        self._is_closed = False

    def get(self, key: bytes) -> Entry | None:
        """Return the entry under a key, or None."""
        with self._locked():
            entry = self._entries.get(key)
            if entry is None:
                self._counts["misses"] += 1
                return None
            self._counts["hits"] += 1
            self._entries[key] = attrs.evolve(entry, used_s=self._clock())
            self._entries.move_to_end(key)
            return entry

    def put(self, key: bytes, entry: Entry, explanation: Mapping[str, bytes] = NO_PARTS) -> bool:
        """Keep an entry; return whether it fits."""
        size = taken_bytes(key, entry)
        now = self._clock()
        with self._locked():
            if self._is_closed or size > self._max_bytes:
                return False
            self._remove(key)
            self._entries[key] = attrs.evolve(entry, created_s=now, used_s=now)
            self._size_bytes += size
            if explanation:
                self._latest[entry.flow, entry.vertex] = MappingProxyType(dict(explanation))
            self._counts["evictions"] += self._shrink(self._max_bytes)
        return True

    def latest(self, flow: str, vertex: str) -> Mapping[str, bytes] | None:
        """Return the explanation of the newest entry of a vertex."""
        with self._locked():
            return self._latest.get((flow, vertex))

    def info(self) -> StoreInfo:
        """Return how full the store is."""
        with self._locked():
            return StoreInfo(
                entries=len(self._entries),
                size_bytes=self._size_bytes,
                max_bytes=self._max_bytes,
                hits=self._counts["hits"],
                misses=self._counts["misses"],
                evictions=self._counts["evictions"],
                is_writable=not self._is_closed,
            )

    def prune(self, max_bytes: int | None = None, older_than_s: float | None = None) -> int:
        """Remove entries that were not used for long, and the least recently used ones."""
        with self._locked():
            before = len(self._entries)
            if older_than_s is not None:
                since = self._clock() - older_than_s
                for key in [key for key, entry in self._entries.items() if entry.used_s < since]:
                    self._remove(key)
            self._shrink(self._max_bytes if max_bytes is None else max_bytes)
            return before - len(self._entries)

    def clear(self) -> int:
        """Remove everything."""
        with self._locked():
            return self._drop_all()

    def close(self) -> None:
        """Forget everything."""
        with self._locked():
            self._drop_all()
            self._is_closed = True

    def _locked(self) -> Lock:
        if self._pid != os.getpid():  # a thread that is not in this child may have held the lock
            self._pid, self._lock = os.getpid(), Lock()
        return self._lock

    def _remove(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size_bytes -= taken_bytes(key, entry)

    def _shrink(self, max_bytes: int) -> int:
        count = 0
        while self._size_bytes > max_bytes and self._entries:
            self._remove(next(iter(self._entries)))
            count += 1
        return count

    def _drop_all(self) -> int:
        count = len(self._entries)
        self._entries.clear()
        self._latest.clear()
        self._size_bytes = 0
        return count
