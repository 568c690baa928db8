"""What a store can say about itself."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class StoreInfo:
    """How full a store is, and how it has fared since it was opened in this process."""

    entries: int
    """How many values it holds."""
    size_bytes: int
    """What they take, roughly: payloads, keys, names, and an allowance for each row."""
    max_bytes: int
    """What they may take before the least recently used ones go."""
    hits: int = 0
    """How often `get` found a value, in this process."""
    misses: int = 0
    """How often it found none."""
    evictions: int = 0
    """How many entries went because the store was full."""
    is_writable: bool = True
    """Whether values are stored now; a store that cannot be opened, or cannot write, stops trying
    for a while."""
    problems: Mapping[str, int] = attrs.field(factory=dict)
    """What went wrong and how often, such as `damaged entry`. Each cost time, never a value."""
