"""What the lines of a text for a type checker stand for, and what no line can stand for."""

from collections.abc import Mapping
from enum import Enum

import attrs

from hbia_dsl.wiring.binding import Binding, OutputName


class LineKind(Enum):
    """What a line of the text is there for."""

    IMPORT = "import"
    INPUTS = "inputs"
    """The inputs of a flow, as parameters of a function."""
    VERTEX = "vertex"
    """Asks for the type of a vertex."""
    CALL = "call"
    ARGUMENT = "argument"
    RESULT = "result"
    """Asks for the type of a result."""
    CANARY = "canary"
    """An error made on purpose."""


@attrs.frozen
class CheckPlace:
    """What a line of the text stands for."""

    kind: LineKind
    flow: int = -1
    """Number of the flow; -1 for a line that belongs to none."""
    vertex: str = ""
    parameter: str = ""
    binding: Binding | None = None
    source: OutputName | None = None
    """The one value on this line, for an argument that collects several."""
    module: str = ""
    """The module that an import names."""


@attrs.frozen
class Unproven:
    """Something that the text cannot have judged."""

    flow: int
    vertex: str
    """Empty if it is an input of the flow."""
    subject: str
    """The vertex, its parameter or the input, as a message names it."""
    reason: str
    """A clause that goes on after the subject."""


@attrs.frozen
class CheckText:
    """The text, and what its lines stand for."""

    text: str
    places: Mapping[int, CheckPlace]
    """By line number, from 1."""
    unproven: tuple[Unproven, ...]
    modules: tuple[str, ...]
    """What the text imports."""
