"""A flow written out as calls, before it becomes text.

One `LoweredCall` stands for one vertex: what it calls, and for each argument the
expression that gives it and the binding behind that. All texts of a flow (for people,
for a type checker, for running) are made from these, so they cannot disagree.
"""

import attrs

from hbia_dsl.lowering.flow_names import ResourceKey
from hbia_dsl.wiring.binding import Binding, OutputName
from hbia_dsl.wiring.wired_flow import WiredVertex


@attrs.frozen
class LoweredSource:
    """One value that an argument takes, and the Python that gives it."""

    expression: str
    name: OutputName


@attrs.frozen
class LoweredArgument:
    """One argument of a call."""

    parameter: str
    expression: str
    """Python that gives the value, in terms of variables and `inputs`."""
    binding: Binding
    by_position: bool = False
    """Whether the parameter cannot be named by a caller."""
    items: tuple[LoweredSource, ...] = ()
    """What a fan-in collects, in order; empty for an argument that takes one value."""


@attrs.frozen
class LoweredCall:
    """One vertex as an assignment: `variable = callee(arguments)`."""

    vertex: WiredVertex
    variable: str
    """Name of the variable that takes the result."""
    callee: str | None
    """The function as source code names it; None if no source can name it (a lambda, a
    function local to another, a partial)."""
    arguments: tuple[LoweredArgument, ...]


@attrs.frozen
class LoweredParameter:
    """What the written function takes: the flow's inputs as one object, or one of them."""

    name: str
    """Name of the parameter in the text."""
    type_text: str | None
    """Its type; None if no source can name it."""
    input: str | None = None
    """The flow's input that it is; None if it is all of them, or a connection."""
    resource: ResourceKey | None = None
    """The connection of an atomic group that it is."""
