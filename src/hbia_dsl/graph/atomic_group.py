"""An atomic group as a value: vertices that succeed or fail as one."""

import attrs


@attrs.frozen
class AtomicGroup:
    """Vertices that belong together, and what becomes of them if one fails."""

    name: str
    """Unique in its graph."""
    vertices: tuple[str, ...] = attrs.field(converter=tuple)
    """Names of the members."""
    on_failure: str = "rollback"
    """`rollback`, `compensate` or `abort`."""
    no_cache: bool = True
    """Whether members are never read from nor written to a cache."""
    no_parallel: bool = True
    """Whether members run one after the other even in a parallel run."""
