"""A flow as something to draw: texts and names only, in the order of the flow.

Every form of drawing is made from this model, so they all show the same, and none of
them needs to know what a flow is made of.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from hbia_dsl.graph.atomic_group import AtomicGroup

NOTHING: Final = "nothing"
"""Shown as the source of a parameter that keeps its default."""


@attrs.frozen
class DrawnInput:
    """An input of the flow."""

    name: str
    type_text: str
    required: bool
    is_used: bool
    """Whether any vertex takes it."""

    @property
    def key(self) -> str:
        """Its name among the cards of a drawing; no vertex can have it."""
        return f"input.{self.name}"


@attrs.frozen
class DrawnReference:
    """A vertex by its name, where its value is taken far below it."""

    name: str
    type_text: str
    """Type of its whole result."""


@attrs.frozen
class DrawnParameter:
    """One parameter of a vertex, and where its value comes from."""

    name: str
    type_text: str
    sources: tuple[str, ...]
    """As `vertex.output` or `input.name`; several for a fan-in, none for a default."""
    rule: str
    """The rule that chose the sources."""

    @property
    def source_text(self) -> str:
        """The sources as one text."""
        return ", ".join(self.sources) or NOTHING


@attrs.frozen
class DrawnOutput:
    """One value that a vertex gives."""

    name: str
    type_text: str


@attrs.frozen
class DrawnVertex:
    """A vertex."""

    name: str
    about: str
    """First line of the function's docstring; empty if it has none."""
    is_async: bool
    is_pure: bool
    version: str | None
    group: str | None
    """Name of its atomic group."""
    stage: int
    """Number of the stage in which it runs, from 1; a group is in one stage."""
    depth: int
    """Number of its stage if there were no groups."""
    takes: tuple[DrawnParameter, ...]
    returns: str
    """Type of the whole result."""
    gives: tuple[DrawnOutput, ...]
    """The parts of a split result, else the whole."""
    is_result: bool
    """Whether its result is the result of the flow."""

    @property
    def kind(self) -> str:
        """`async` or `sync`."""
        return "async" if self.is_async else "sync"

    @property
    def effect(self) -> str:
        """Its effect as a reader sees it."""
        return "pure" if self.is_pure else "side effect"


@attrs.frozen
class DrawnValue:
    """A value on its way along an edge."""

    source: str
    """As `vertex.output` or `input.name`."""
    type_text: str
    parameter: str
    rule: str


@attrs.frozen
class DrawnEdge:
    """All values that go from one card to another."""

    source: str
    """Name of a vertex, or `input.name`."""
    target: str
    """Name of a vertex."""
    values: tuple[DrawnValue, ...]

    def lines(self) -> Iterator[str]:
        """Say of each value what it is, where it goes and which rule chose it."""
        for value in self.values:
            parameter = f"{self.target}.{value.parameter}"
            yield f"{value.source}: {value.type_text} -> {parameter} ({value.rule})"


@attrs.frozen
class DrawnFlow:
    """A flow, ready to be drawn."""

    name: str
    inputs: tuple[DrawnInput, ...]
    vertices: tuple[DrawnVertex, ...]
    edges: tuple[DrawnEdge, ...]
    """Between vertices, and from inputs of the flow to vertices."""
    groups: tuple[AtomicGroup, ...]
    stage_count: int

    @property
    def summary(self) -> str:
        """How large the flow is, in words."""
        parts = [counted(len(self.vertices), "vertex", "vertices")]
        parts.append(counted(self.stage_count, "stage", "stages"))
        if self.groups:
            parts.append(counted(len(self.groups), "atomic group", "atomic groups"))
        return ", ".join(parts)

    @property
    def result(self) -> DrawnVertex | None:
        """The vertex whose result is the flow's, if there is one."""
        return next((v for v in self.vertices if v.is_result), None)


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many}"


def rules_of_group(group: AtomicGroup) -> Sequence[str]:
    """Say in a few words each what holds for the members of a group."""
    found = [f"on failure {group.on_failure}"]
    if group.no_parallel:
        found.append("one at a time")
    if group.no_cache:
        found.append("never cached")
    return found
