"""The cache for vertices of hand-made graphs: their results are dicts of outputs, or values."""

from hbia_dsl.cache.value_codec import codec_for
from hbia_dsl.compat.decorated_results import DecoratedResult
from hbia_dsl.compat.dict_results import store_result
from hbia_dsl.compat.given_handlers import Handler
from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.flow.cached_handler import cached_handler
from hbia_dsl.flow.run_cache import CachedVertex
from hbia_dsl.graph.vertex import Vertex


def cached(
    vertex: Vertex, handler: Handler, way: DecoratedResult | None, *, is_async: bool
) -> Handler:
    """Return what looks a vertex up in the cache of its run, and calls it if it must."""
    declaration = declaration_of(handler)
    told = None if declaration is None else declaration.vertex
    store = store_result(vertex, handler, way, 0)
    kept = CachedVertex(
        vertex.name,
        handler,
        codec_for(dict[str, object] if way is None else way.returns),
        (),
        vertex.version,
        () if told is None else told.depends_on,
        # The cache must not keep what the run refuses.
        lambda result: store([None], result),
    )
    return cached_handler(kept, is_async=is_async)
