"""A vertex of a graph as a value."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Never

import attrs

from hbia_dsl.graph.own_copy import own_copy

EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
"""Shared by all vertices without inputs or outputs: most of a large graph's memory."""


def _unchanging(names: Mapping[str, str]) -> Mapping[str, str]:
    """Return a mapping that nobody can change; a `MappingProxyType` is taken as it is."""
    if not names:
        return EMPTY
    return names if isinstance(names, MappingProxyType) else MappingProxyType(dict(names))


def _unchanging_values(constants: Mapping[str, object]) -> Mapping[str, object]:
    """Return constants of the vertex's own, which change with nothing that was given."""
    if not constants:
        return EMPTY
    return MappingProxyType({name: own_copy(value) for name, value in constants.items()})


@attrs.frozen
class Vertex:
    """One declared unit of work: a name, and the function that does it."""

    name: str
    """Unique in its graph."""
    handler: Callable[..., object] | str | None = attrs.field(default=None, eq=False)
    """The function, or a dotted path to it; None if handlers are given to the run."""
    inputs: Mapping[str, str] = attrs.field(default=EMPTY, converter=_unchanging, hash=False)
    """By parameter: a type name (`int`), or a binding (`vertex.output`), told by its dot."""
    outputs: Mapping[str, str] = attrs.field(default=EMPTY, converter=_unchanging, hash=False)
    """By output: the name of its type."""
    version: str | None = None
    """The author's own change marker."""
    effect: str = "side_effect"
    """`pure` if repeating is harmless, else `side_effect`."""
    constants: Mapping[str, object] = attrs.field(
        default=EMPTY, converter=_unchanging_values, hash=False
    )
    """By parameter: values that the handler always gets; each run has a copy of its own."""
    compensate: Callable[[Mapping[str, object], Never], object] | str | None = None
    """What undoes this vertex in a group that compensates: the function, or a path to it."""

    @property
    def id(self) -> str:
        """The name, under the word that older callers use."""
        return self.name

    def __str__(self) -> str:
        return self.name
