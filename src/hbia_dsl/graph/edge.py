"""An edge of a graph as a value."""

import attrs


@attrs.frozen
class Edge:
    """`target` runs after `source`, because it takes a value from it or was told to."""

    source: str
    """Name of the vertex that comes first."""
    target: str
    """Name of the vertex that comes after."""

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"
