"""Plans to run in tests: vertices by name, each taking the values of others by position.

A handler is painted in a colour: as it is, as an `async def` that never suspends, or as
one that suspends before and after it does its work. So one sketch serves every driver.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Self

import attrs

from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.graph.adjacency import adjacency_of_edges
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex

Handler = Callable[..., object]


class Colour(Enum):
    """How the handlers of a sketch are written."""

    SYNC = "sync"
    ASYNC = "async that does not suspend"
    SUSPENDING = "async that suspends"
    MIXED = "each vertex in another way"


async def turn() -> None:
    """Let other tasks run, in whichever loop this is."""
    if running_loop() == "trio":
        import trio  # it is loaded then; programs that tests start need not load it

        await trio.lowlevel.checkpoint()
    else:
        await asyncio.sleep(0)


def paint(handler: Handler, colour: Colour, number: int = 0) -> tuple[Handler, bool]:
    """Return the handler in a colour, and whether it is async then."""
    if colour is Colour.MIXED:
        colour = (Colour.SYNC, Colour.ASYNC, Colour.SUSPENDING)[number % 3]
    if colour is Colour.SYNC:
        return handler, False

    async def at_once(*values: object, **named: object) -> object:
        return handler(*values, **named)

    async def suspending(*values: object, **named: object) -> object:
        await turn()
        result = handler(*values, **named)
        await turn()
        return result

    painted = at_once if colour is Colour.ASYNC else suspending
    # Reports name the place of the handler; it must be the same one in every colour.
    painted.__wrapped__ = handler  # type: ignore[attr-defined]  # as functools.wraps does
    return painted, True


@attrs.frozen
class _Drawn:
    name: str
    handler: Handler
    takes: tuple[str, ...]
    follows: tuple[str, ...]
    is_async: bool | None
    timeout_s: float | None
    backend: str | None


class Sketch:
    """A plan being put together."""

    def __init__(self, flow: str = "sample", inputs: tuple[str, ...] = ("x",)) -> None:
        self.flow = flow
        self.inputs = inputs
        self._drawn: dict[str, _Drawn] = {}
        self._groups: list[tuple[tuple[str, ...], bool]] = []

    def vertex(
        self,
        name: str,
        handler: Handler,
        *takes: str,
        follows: tuple[str, ...] = (),
        is_async: bool | None = None,
        timeout_s: float | None = None,
        backend: str | None = None,
    ) -> Self:
        """Add a vertex.

        Args:
            name: Unique.
            handler: Takes the values by position.
            takes: The inputs and vertices whose values it takes.
            follows: Vertices that must end first.
            is_async: None if the plan's colour decides.
            timeout_s: Its timeout.
            backend: The loop that it insists on.
        """
        self._drawn[name] = _Drawn(name, handler, takes, follows, is_async, timeout_s, backend)
        return self

    def group(self, *members: str, no_parallel: bool = True) -> Self:
        """Make an atomic group."""
        self._groups.append((members, no_parallel))
        return self

    def plan(self, colour: Colour = Colour.SYNC) -> Plan:
        """Return the plan, its handlers in a colour unless the vertex says what it is."""
        names = list(self._drawn)
        number = {name: index for index, name in enumerate(names)}
        edges = {
            (number[source], number[d.name])
            for d in self._drawn.values()
            for source in (*d.takes, *d.follows)
            if source not in self.inputs
        }
        numbering = number_vertices(
            adjacency_of_edges(len(names), edges),
            [[number[m] for m in members] for members, _ in self._groups],
            [no_parallel for _, no_parallel in self._groups],
        )
        ordered = [names[v] for v in numbering.order]
        slots = {name: slot for slot, name in enumerate((*self.inputs, *ordered))}
        vertices = [_planned(self._drawn[name], slots, colour, number[name]) for name in ordered]
        return Plan(
            flow=self.flow,
            vertices=vertices,
            stage_ends=numbering.stage_ends,
            predecessor_counts=numbering.predecessor_counts,
            successors=numbering.successors,
            inner_successors=numbering.inner_successors,
            inner_counts=numbering.inner_counts,
            slot_count=len(slots),
            has_async=any(v.is_async for v in vertices),
            has_timeouts=any(v.timeout_s is not None for v in vertices),
            backends=frozenset(v.backend for v in vertices if v.backend and v.is_async),
        )


def _planned(drawn: _Drawn, slots: Mapping[str, int], colour: Colour, number: int) -> PlannedVertex:
    handler, is_async = drawn.handler, drawn.is_async
    if is_async is None:
        handler, is_async = paint(handler, colour, number)
    return PlannedVertex(
        drawn.name,
        handler,
        positional=compile_arguments([slots[source] for source in drawn.takes]),
        slot=slots[drawn.name],
        is_async=is_async,
        timeout_s=drawn.timeout_s,
        backend=drawn.backend,
    )


def total(*values: int) -> int:
    """Add one to the sum: every place in a flow gives another value."""
    return sum(values) + 1


def chain(length: int) -> Sketch:
    """Return vertices one after the other."""
    sketch = Sketch("chain")
    for k in range(length):
        sketch.vertex(f"v{k}", total, f"v{k - 1}" if k else "x")
    return sketch


def diamond() -> Sketch:
    """Return one vertex, two that take its value, and one that takes theirs."""
    return (
        Sketch("diamond")
        .vertex("top", total, "x")
        .vertex("left", total, "top")
        .vertex("right", total, "top", "x")
        .vertex("bottom", total, "left", "right")
    )


def fan(width: int) -> Sketch:
    """Return many vertices beside each other, between two."""
    sketch = Sketch("fan").vertex("first", total, "x")
    for k in range(width):
        sketch.vertex(f"v{k}", total, "first")
    return sketch.vertex("last", total, *(f"v{k}" for k in range(width)))


def layers(depth: int, width: int, seed: int = 1) -> Sketch:
    """Return layers of vertices, each taking two or three values of the layer before."""
    draw = random.Random(seed)
    sketch = Sketch("layers")
    for k in range(depth):
        before = [f"v{k - 1}_{i}" for i in range(width)]
        for i in range(width):
            takes = ["x"] if k == 0 else draw.sample(before, draw.choice((2, 3)))
            sketch.vertex(f"v{k}_{i}", total, *takes)
    return sketch
