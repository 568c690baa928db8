"""Wrap the handler of a vertex so that its run looks it up in the cache first."""

from collections.abc import Callable
from functools import wraps

from hbia_dsl.flow.current_cache import CURRENT_CACHE
from hbia_dsl.flow.run_cache import CachedVertex, RunCache


def cached_handler(vertex: CachedVertex, *, is_async: bool) -> Callable[..., object]:
    """Return what a plan with a cache calls in the place of the vertex."""
    if not is_async:

        @wraps(vertex.handler)
        def call(*args: object, **named: object) -> object:
            cache = CURRENT_CACHE.get()
            if not isinstance(cache, RunCache):
                return vertex.handler(*args, **named)
            return cache.call(vertex, args, named)

        return call

    @wraps(vertex.handler)
    async def call_async(*args: object, **named: object) -> object:
        cache = CURRENT_CACHE.get()
        if not isinstance(cache, RunCache):
            return await vertex.handler(*args, **named)  # type: ignore[misc]  # it is async
        return await cache.call_async(vertex, args, named)

    return call_async
