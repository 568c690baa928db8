"""What an entry counts for in `max_bytes`."""

from typing import Final

from hbia_dsl.cache.store_entry import Entry

ROW_BYTES: Final = 128
"""Allowance for what a row takes beside its bytes."""


def taken_bytes(key: bytes, entry: Entry) -> int:
    """Return what an entry takes: payload, key, names, and an allowance for the row."""
    names = len(entry.codec) + len(entry.flow) + len(entry.vertex)
    return ROW_BYTES + len(key) + names + len(entry.payload)
