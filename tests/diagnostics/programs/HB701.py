"""A lock is an input: nothing can tell whether it is the same one as the last time."""

from threading import Lock

from hbia_dsl.cache.cache_manager import CacheManager


def count(lines: list[str], lock: object) -> int:
    with lock:  # type: ignore[attr-defined]  # the smallest program that goes wrong
        return len(lines)


CacheManager().build_key(count, {"lines": ["a", "b"], "lock": Lock()})
