"""An atomic group as a value: vertices that succeed or fail as one."""

from collections.abc import Iterable

import attrs


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


@attrs.frozen
class AtomicGroup:
    """Vertices that belong together, and what becomes of them if one fails."""

    name: str
    """Unique in its graph."""
    vertices: tuple[str, ...] = attrs.field(converter=_each_once)
    """Names of the members, each once."""
    on_failure: str = "rollback"
    """`rollback`, `compensate` or `abort`."""
    no_cache: bool = True
    """Whether members are never read from nor written to a cache."""
    no_parallel: bool = True
    """Whether members run one after the other even in a parallel run."""
