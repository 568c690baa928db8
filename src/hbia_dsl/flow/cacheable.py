"""Which vertices the cache may skip, and how they are called then."""

from collections.abc import Callable, Iterable, Sequence

from hbia_dsl.flow.result_storing import Contract, compile_store
from hbia_dsl.wiring.wired_flow import WiredVertex


def why_not_cacheable(vertex: WiredVertex) -> str | None:
    """Say why a vertex runs every time, whatever it is given; None if it need not."""
    effect = vertex.declaration.effect
    if effect is None:
        return 'its effect is not declared, so it is taken for "side_effect"'
    if effect != "pure":
        return f'its effect is "{effect}"'
    if vertex.atomic is not None and vertex.atomic.no_cache:
        return f"atomic group `{vertex.atomic.group}` has no_cache=True"
    if vertex.resources:
        return "it takes a connection of its group"
    return None


def always_runs(vertices: Iterable[WiredVertex]) -> dict[str, str]:
    """Return the vertices that run every time, by name, and why."""
    found = ((vertex.name, why_not_cacheable(vertex)) for vertex in vertices)
    return {name: why for name, why in found if why is not None}


def cached_call(vertex: WiredVertex, positional: Sequence[str]) -> Callable[..., object]:
    """Return what looks a vertex up in the cache of its run, and calls it if it must.

    Args:
        vertex: A vertex that can be cached.
        positional: The parameters that are passed by position.
    """
    # Loaded where they are used: most flows run without a cache.
    from hbia_dsl.cache.value_codec import codec_for
    from hbia_dsl.flow.cached_handler import cached_handler
    from hbia_dsl.flow.run_cache import CachedVertex

    told = vertex.declaration
    # The cache must not keep what the run refuses: a result without one of its parts.
    store = compile_store(
        0,
        Contract(None, vertex.name, vertex.handler),
        tuple((part, 0) for part in vertex.parts),
    )
    kept = CachedVertex(
        vertex.name,
        vertex.handler,
        codec_for(vertex.returns),
        tuple(positional),
        told.version,
        told.depends_on,
        None if store is None else lambda result: store([None], result),
    )
    return cached_handler(kept, is_async=vertex.is_async)
