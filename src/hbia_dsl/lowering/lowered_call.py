"""A flow written out as calls, before it becomes text.

One `LoweredCall` stands for one vertex: what it calls, and for each argument the
expression that gives it and the binding behind that. All texts of a flow (for people,
for a type checker, for running) are made from these, so they cannot disagree.
"""

import attrs

from hbia_dsl.wiring.binding import Binding
from hbia_dsl.wiring.wired_flow import WiredVertex


@attrs.frozen
class LoweredArgument:
    """One argument of a call."""

    parameter: str
    expression: str
    """Python that gives the value, in terms of variables and `inputs`."""
    binding: Binding


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
