"""What the cache asks of a place to keep values: one protocol, for stores of others too."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_info import StoreInfo

NO_PARTS: Final[Mapping[str, bytes]] = MappingProxyType({})
"""An explanation of nothing."""

DEFAULT_MAX_BYTES: Final = 1 << 30
"""How large a store grows unless told otherwise: 1 GiB."""


class Store(Protocol):
    """Keeps entries by key and may lose any of them at any time.

    What must hold for every implementation:

    * It never returns bytes that were not put under that very key as that very entry. What it
      cannot be sure of (a torn write, a flipped bit, somebody else's file) is a miss.
    * No method raises because of the place where things are kept: a full disk, a lost
      connection, a damaged file. It misses, drops, counts it in `StoreInfo.problems`, and
      goes on. A cache may cost time; it must not cost a run.
    * Every method may be called from any thread at any time, also at the same time, also in a
      child after `os.fork`, and after `close` (when everything misses).
    * Entries are immutable, so an entry that was handed out stays what it was.
    """

    def get(self, key: bytes) -> Entry | None:
        """Return the entry that was put last under a key; None if it is not there any more.

        A hit counts as a use for "least recently used". That may be noted late or coarsely:
        a hit should not have to write.
        """
        ...

    def put(self, key: bytes, entry: Entry, explanation: Mapping[str, bytes] = NO_PARTS) -> bool:
        """Keep an entry under a key, in place of the one before; return whether it is kept.

        Either all of it is kept or nothing, whenever the process is killed. The store sets
        the times of the entry.

        Args:
            key: Any bytes but few: a digest.
            entry: What to keep.
            explanation: What the key was made of, by name, for `latest`. Kept only for the
                newest entry of each vertex of each flow; nothing is noted if it is empty.
        """
        ...

    def latest(self, flow: str, vertex: str) -> Mapping[str, bytes] | None:
        """Return the explanation of the newest entry of a vertex; None if none is known.

        It says what a key was made of the last time, so that a miss can say what has changed.
        The entry itself may be gone by now. It must be cheap: one look-up.
        """
        ...

    def info(self) -> StoreInfo:
        """Return how full the store is and what went wrong; zeros for what cannot be told."""
        ...

    def prune(self, max_bytes: int | None = None, older_than_s: float | None = None) -> int:
        """Remove entries, and what killed processes left behind; return how many entries went.

        Args:
            max_bytes: Remove the least recently used ones until the others take no more than
                this; None for the limit of the store.
            older_than_s: Remove those that were not used for so many seconds.
        """
        ...

    def clear(self) -> int:
        """Remove everything; return how many entries went."""
        ...

    def close(self) -> None:
        """Let go of files and connections. A second call does nothing."""
        ...
