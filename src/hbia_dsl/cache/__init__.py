"""Results of pure vertices kept from run to run: never stale, never wrong, and able to say why.

Loaded with the first run that has a cache, not with the package.
"""

from hbia_dsl.cache.cache_manager import CacheManager
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_info import StoreInfo

__all__ = ["CacheManager", "Entry", "MemoryStore", "SqliteStore", "Store", "StoreInfo"]
