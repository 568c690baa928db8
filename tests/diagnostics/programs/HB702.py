"""A store of 0 bytes could keep nothing."""

from hbia_dsl.cache.memory_store import MemoryStore

MemoryStore(max_bytes=0)
