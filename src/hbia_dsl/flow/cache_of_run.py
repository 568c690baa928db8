"""A run gets its cache before its first vertex starts, and its account is noted at its end."""

import time
from typing import cast

from hbia_dsl.cache.store import Store
from hbia_dsl.flow.cache_account import account_of
from hbia_dsl.flow.cache_opening import open_cache
from hbia_dsl.flow.current_cache import CURRENT_CACHE
from hbia_dsl.flow.run_cache import RunCache
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.run_state import RunState


def enter_cache(run: RunState, options: RunOptions, directory: str) -> None:
    """Put a cache into the context of a run.

    Args:
        run: The run; nothing of it has started.
        options: Its options; they may name another store.
        directory: Where results are kept.
    """
    store = cast("Store | None", options.cache_store)  # the option has the same methods
    cache = open_cache(run.plan.flow, directory, store)
    run.context.run(CURRENT_CACHE.set, cache)


def leave_cache(run: RunState) -> None:
    """Note in the cache's directory what the cache did for a run that has ended."""
    cache = cache_of(run)
    if cache is None:
        return
    try:
        if cache.journal is not None:
            cache.journal.note(account_of(run, cache, time.time()))
    finally:
        if cache.leave is not None:
            cache.leave()


def cache_of(run: RunState) -> RunCache | None:
    """Return the cache of a run, if it has one."""
    found = run.context.get(CURRENT_CACHE)
    return found if isinstance(found, RunCache) else None
