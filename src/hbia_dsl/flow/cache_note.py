"""What the cache did about one vertex in one run."""

from typing import Final, Literal

import attrs

Answer = Literal["hit", "miss", "not cacheable"]

HIT: Final[Answer] = "hit"
MISS: Final[Answer] = "miss"
NOT_CACHEABLE: Final[Answer] = "not cacheable"


@attrs.frozen
class CacheNote:
    """Whether a kept value was used, and if not, why."""

    answer: Answer
    reasons: tuple[str, ...] = ()
    """Of a miss: what changed since a value was kept last. Else: why nothing is kept."""
    limits: tuple[str, ...] = ()
    """What the cache cannot see of the code of the vertex, and so does not notice."""
