"""Entries whose right content follows from their key: any process can judge what it reads."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from random import Random

from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry

SIZES = (0, 1, 300, 5_000, 32 * 1024, 70_000)
"""Payloads in rows and in files, and at the limit between the two."""


def key_of(number: int) -> bytes:
    """Return the key of an entry."""
    return sha256(number.to_bytes(8, "big")).digest()


@cache
def entry_of(number: int, version: int = 0) -> Entry:
    """Return what belongs under a key; entries of other versions are of the same size."""
    size = SIZES[number % len(SIZES)]
    payload = Random(f"{number} {version}").randbytes(size)
    return Entry(payload, codec=f"codec-{version}", vertex=f"v{number}", flow="flow")


def parts_of(number: int) -> dict[str, bytes]:
    """Return an explanation."""
    return {f"input {name}": key_of(number + index) for index, name in enumerate("abc")}


def is_right(number: int, entry: Entry, versions: int = 1) -> bool:
    """Return whether an entry was put under a key in one of the first versions."""
    said = (entry.payload, entry.codec, entry.vertex, entry.flow)
    rights = [entry_of(number, version) for version in range(versions)]
    return said in [(right.payload, right.codec, right.vertex, right.flow) for right in rights]


def fill(store: Store, count: int) -> None:
    """Put the first so many entries."""
    for number in range(count):
        assert store.put(key_of(number), entry_of(number), parts_of(number))


def found(store: Store, count: int) -> Iterator[int]:
    """Get the first so many entries and yield the numbers of the hits; each must be right."""
    for number in range(count):
        entry = store.get(key_of(number))
        if entry is not None:
            assert is_right(number, entry), f"a wrong value for entry {number}"
            yield number


class TurnedClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.now_s
