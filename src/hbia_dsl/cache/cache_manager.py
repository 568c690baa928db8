"""The cache by hand: keys, values, and what there is, under the original's names."""

import os
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self

from hbia_dsl.cache.cache_argument import checked_key
from hbia_dsl.cache.call_key import key_of_call
from hbia_dsl.cache.fingerprint import fingerprint_of
from hbia_dsl.cache.store import DEFAULT_MAX_BYTES, Store
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.value_codec import CODEC_VERSION, codec_for
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable, Undigestable
from hbia_dsl.declare.declaration import VertexDeclaration, declaration_of
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNCACHEABLE_VERTEX
from hbia_dsl.errors import CacheError
from hbia_dsl.graph.vertex import Vertex

UNUSED_S: Final = 30 * 86_400.0
"""What was not used for so long is removed by `CacheManager.prune`, in seconds: 30 days."""

_CODEC: Final = f"data {CODEC_VERSION}"
_UNDECLARED: Final = VertexDeclaration()
_DATA: Final = codec_for(object)


class CacheManager:
    """Reads and writes the cache in a directory, one value at a time.

    A run with `cache=True` does all of this by itself. By hand there is no declared type, so
    plain data can be saved (numbers, texts, bytes, dates, and containers of these), and
    nothing else.

    It reads no settings: neither `HBIA_CACHE_DIR` nor `Settings(CACHE_DIR=...)` changes the
    directory. For the one that runs use, pass `settings_in_force().cache_dir` of
    `hbia_dsl.conf.settings_in_force`.

    Args:
        cache_dir: The directory; made when something is saved. `~` is the home of the user.
        max_bytes: What all values may take, roughly; a whole number above 0.
        store: Another place to keep them in, instead of a directory.

    Raises:
        CacheError: `max_bytes` is not a whole number above 0.

    Example:
        >>> from hbia_dsl.cache.memory_store import MemoryStore
        >>> def double(x: int) -> int:
        ...     return 2 * x
        >>> cache = CacheManager(store=MemoryStore())
        >>> key = cache.build_key(double, {"x": 4})
        >>> cache.load(key), cache.save(key, double(4)), cache.load(key)
        (None, True, 8)
        >>> cache.info()["entries"]
        1
    """

    def __init__(
        self,
        cache_dir: str | os.PathLike[str] = ".hbia_cache",
        max_bytes: int = DEFAULT_MAX_BYTES,
        *,
        store: Store | None = None,
    ) -> None:
        if store is None:
            from hbia_dsl.cache.sqlite_store import SqliteStore  # it loads sqlite3

            store = SqliteStore(os.path.expanduser(cache_dir), max_bytes)
        self.store = store
        """Where values are kept."""

    def build_key(
        self, vertex: Vertex | Callable[..., object], resolved_inputs: Mapping[str, object]
    ) -> str:
        """Return the key of a vertex with certain inputs, in hexadecimal.

        It is another one whenever the name or version of the vertex, any code that it
        reaches, or an input differs.

        Args:
            vertex: A vertex of a graph, or its function.
            resolved_inputs: Its inputs by name, in any order.

        Raises:
            CacheError: Its handler is not a function, or an input has no digest: nothing
                could tell whether they have changed.
        """
        name, version, handler = _identity_of(vertex)
        if not callable(handler):
            raise _refusal(
                f"vertex `{name}` cannot be cached: its handler is not a function",
                "pass the function itself: its code is part of the key",
            )
        code = fingerprint_of(handler, depends_on=_declared(handler).depends_on)
        try:
            # By name: that inputs are given in another order changes nothing.
            key = key_of_call(name, version, code, sorted(resolved_inputs.items()))
        except Undigestable:
            reasons = "; ".join(_reasons(resolved_inputs))
            raise _refusal(
                f"vertex `{name}` cannot be cached: {reasons}",
                "pass plain data, an attrs class or a dataclass, or do not cache this vertex",
            ) from None
        return key.digest.hex()

    def load(self, key: str, default: object = None) -> object:
        """Return what was saved under a key: a new object each time.

        Args:
            key: From `build_key`.
            default: What to return if nothing is there: `load(key, missing)` with an object
                of your own tells a saved None from a miss.

        Raises:
            CacheError: The key is not a text.
        """
        entry = self.store.get(checked_key(key))
        if entry is None or entry.codec != _CODEC:
            return default
        try:
            return _DATA.decode(entry.payload)
        except CorruptValue:
            return default

    def save(self, key: str, result: object) -> bool:
        """Keep a result under a key; return whether it is kept.

        What cannot be given back exactly, in value and type, is not kept; nor is anything
        while the directory cannot be written.

        Args:
            key: From `build_key`.
            result: What the vertex returned.

        Raises:
            CacheError: The key is not a text.
        """
        name = checked_key(key)
        try:
            payload = bytes(_DATA.encode(result))
        except Uncacheable:
            return False
        return self.store.put(name, Entry(payload, _CODEC))

    def info(self) -> dict[str, int]:
        """Return how full the cache is, and how it has fared.

        `entries`, `size_bytes` and `max_bytes` are of the whole cache; `hits`, `misses`,
        `evictions` and `problems` (how often something was wrong with its files) are of this
        object.
        """
        info = self.store.info()
        return {
            "entries": info.entries,
            "size_bytes": info.size_bytes,
            "max_bytes": info.max_bytes,
            "hits": info.hits,
            "misses": info.misses,
            "evictions": info.evictions,
            "problems": sum(info.problems.values()),
        }

    def prune(self, max_bytes: int | None = None, older_than_s: float = UNUSED_S) -> int:
        """Remove what was not used for 30 days, or does not fit; return how many entries went.

        Args:
            max_bytes: What the entries that stay may take; None for the limit of the cache.
            older_than_s: Another age, in seconds.
        """
        return self.store.prune(max_bytes, older_than_s)

    def clear(self) -> int:
        """Remove everything; return how many entries went."""
        return self.store.clear()

    def close(self) -> None:
        """Let go of files; leaving a `with` block does it too."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _identity_of(vertex: Vertex | Callable[..., object]) -> tuple[str, str | None, object]:
    """Return name, version and handler."""
    if isinstance(vertex, Vertex):
        return vertex.name, vertex.version, vertex.handler
    declared = _declared(vertex)
    name: str = getattr(vertex, "__name__", type(vertex).__name__)
    return declared.name or name, declared.version, vertex


def _declared(handler: object) -> VertexDeclaration:
    declaration = declaration_of(handler)
    vertex = None if declaration is None else declaration.vertex
    return _UNDECLARED if vertex is None else vertex


def _reasons(inputs: Mapping[str, object]) -> list[str]:
    found = []
    for name, value in inputs.items():
        try:
            digest_value(value)
        except Undigestable as refusal:
            found.append(f"input `{name}`: {refusal}")
    return found


def _refusal(message: str, advice: str) -> CacheError:
    return CacheError(Diagnostic(UNCACHEABLE_VERTEX, message, help=advice))
