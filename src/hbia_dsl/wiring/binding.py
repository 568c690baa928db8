"""Where the value of a parameter comes from, and which rule chose it."""

from collections.abc import Iterable
from enum import Enum
from typing import Final

import attrs

INPUT: Final = "input"
"""Name of the virtual vertex whose outputs are the flow's own inputs."""


class Rule(Enum):
    """The rule that chose a binding, strongest first."""

    EXPLICIT = "explicit"
    """`inputs=`, `out(...)` or `Annotated[..., out(...)]` says so."""
    NAME = "name"
    """An output has the parameter's name and an assignable type."""
    TYPE = "type"
    """The only output that is assignable to a strong type."""
    FAN_IN = "fan-in"
    """Every output that is assignable: the parameter is `All[T]`."""
    INPUT = "input"
    """An input that the flow does not declare: nothing else provides this weak type."""
    RESOURCE = "resource"
    """A connection of the transaction that the vertex's atomic group is."""
    CONSTANT = "constant"
    """The document that the flow was made from has the value in it."""
    DEFAULT = "default"
    """Nothing provides it and the parameter has a default."""


@attrs.frozen(order=True)
class OutputName:
    """A value of a flow by name: `vertex.output`, or `input.name` for an input of the flow.

    The whole result of a vertex that is split has the vertex's name as its output.
    """

    vertex: str
    output: str

    def __str__(self) -> str:
        return f"{self.vertex}.{self.output}"


@attrs.frozen
class Binding:
    """One parameter of one vertex and its source."""

    parameter: str
    sources: tuple[OutputName, ...]
    """One; for a fan-in any number, in flow order; none for a default."""
    rule: Rule

    @property
    def is_passed(self) -> bool:
        """Whether a call passes the parameter; else it keeps its default."""
        return bool(self.sources) or self.rule in _PASSED_WITHOUT_SOURCE


_PASSED_WITHOUT_SOURCE: Final = (Rule.FAN_IN, Rule.CONSTANT)

_SAID_WITHOUT_SOURCE: Final = {
    Rule.CONSTANT: "the document",
    Rule.RESOURCE: "the transaction of the group",
    Rule.DEFAULT: "its default",
}


def sources_text(sources: Iterable[OutputName], rule: Rule) -> str:
    """Say where the value of a parameter comes from."""
    return ", ".join(map(str, sources)) or _SAID_WITHOUT_SOURCE.get(rule, "nothing")
