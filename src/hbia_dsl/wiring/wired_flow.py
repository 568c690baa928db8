"""The outcome of wiring: a graph, and for each vertex what a run must know.

Everything that decides anything was decided before: whoever holds a `WiredFlow` need
not look at an annotation again.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from hbia_dsl.declare.declaration import AtomicDeclaration, VertexDeclaration
from hbia_dsl.graph.graph import Graph
from hbia_dsl.wiring.binding import Binding

NO_RESOURCES: Final[Mapping[str, object]] = MappingProxyType({})
"""Shared by all vertices that take none: nearly all."""


@attrs.frozen
class OutputPart:
    """One named part of a split result."""

    name: str
    form: object
    """Its type, as annotated."""
    key: int | str
    """How it is taken out: a position, a key or the name of an attribute."""
    by_attribute: bool = False
    """Whether `key` is an attribute (attrs, dataclass) and not an item."""


@attrs.frozen
class WiredVertex:
    """One vertex: its function, where each argument comes from, what it gives."""

    name: str
    handler: Callable[..., object]
    declaration: VertexDeclaration
    atomic: AtomicDeclaration | None
    bindings: tuple[Binding, ...]
    """In the order of the parameters; every parameter has one."""
    keywords: frozenset[str]
    """Names of the parameters that can be passed by keyword only."""
    is_async: bool
    """Whether calling the handler gives something to await."""
    returns: object
    """The annotated type of the result, after awaiting."""
    output: str
    """Name of the whole result; the vertex's name unless `outputs=` is one name."""
    parts: tuple[OutputPart, ...] = ()
    """The parts that the result is split into; empty if it is not split."""
    resources: Mapping[str, object] = NO_RESOURCES
    """By parameter: the class of the connection that it takes from the vertex's group."""
    constants: Mapping[str, object] = attrs.field(factory=dict)
    """Values of the parameters that are bound to a constant."""


@attrs.frozen
class FlowInput:
    """An input of a flow: declared by `inputs=`, or found by wiring."""

    name: str
    form: object
    """Its type, as annotated."""
    required: bool
    users: tuple[tuple[str, str], ...] = ()
    """(vertex, parameter) of everything that takes it."""


@attrs.frozen
class WiredFlow:
    """A flow in which every parameter of every vertex has its source."""

    name: str
    vertices: Mapping[str, WiredVertex]
    """By name, in declaration order."""
    inputs: Mapping[str, FlowInput]
    """By name; declared ones in the order of `inputs=`, found ones in flow order."""
    inputs_from: Callable[..., object] | None
    """The class or function given as `inputs=`; None if inputs are found by wiring."""
    result: str | None
    """Name of the vertex whose result is the flow's result."""
    graph: Graph
    """The same as names: frozen, with every binding written out."""
