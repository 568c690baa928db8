"""Plans that Hypothesis or a seed draws, and what must come of them.

A `PlanSample` is a value, so it prints as what it is. `build` makes a fresh plan of it,
with handlers that compute, fail, sleep or look around, and write down what they see.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

import attrs

from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.numbering import Numbering, number_vertices
from hbia_dsl.kernel.plan import Plan, PlannedVertex
from hbia_dsl.kernel.run_scope import check_cancelled
from hbia_dsl.testing import virtual_sleep

_PRIME: Final = 1_000_003


class BrokenError(Exception):
    """What a failing handler raises: the name of its vertex."""


@attrs.frozen
class Behaviour:
    """What the handler of one vertex does."""

    is_async: bool = False
    fails: bool = False
    pauses_s: tuple[float, ...] = ()
    """Of an async handler: how long it sleeps, one time after the other."""
    looks: bool = False
    """Whether it asks if it has been cancelled; an async one always finds out."""
    timeout_s: float | None = None


@attrs.frozen(slots=False)
class PlanSample:
    """A graph with atomic groups, and a behaviour for each vertex."""

    graph: Adjacency
    groups: tuple[tuple[int, ...], ...] = ()
    is_serial: tuple[bool, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()

    @cached_property
    def numbering(self) -> Numbering:
        """The canonical numbers of the vertices."""
        return number_vertices(self.graph, self.groups, self.is_serial)

    @cached_property
    def failing(self) -> frozenset[str]:
        """The vertices whose handlers fail."""
        return frozenset(name(v) for v, b in enumerate(self.behaviours) if b.fails)

    @cached_property
    def values(self) -> Mapping[str, int]:
        """The value of each vertex, as plain recursion over the graph gives it."""
        known: dict[int, int] = {}

        def value(v: int) -> int:
            if v not in known:
                known[v] = compute(v, [value(p) for p in self.graph.predecessors[v]])
            return known[v]

        return {name(v): value(v) for v in range(len(self.graph))}

    def build(self) -> "BuiltPlan":
        """Make a plan whose handlers write down what they see."""
        return BuiltPlan(self)


class BuiltPlan:
    """A plan, and the account that its handlers give."""

    def __init__(self, sample: PlanSample) -> None:
        self.sample = sample
        self.calls: list[str] = []
        """The vertices in the order in which their handlers were called."""
        self.given: dict[str, tuple[int, ...]] = {}
        """What each handler was given."""
        self.raised: dict[str, BaseException] = {}
        """What each failing handler raised: the object itself."""
        self.inside = 0
        """How many async handlers have begun and not ended."""
        numbering = sample.numbering
        slot_of = {v: slot for slot, v in enumerate(numbering.order, start=1)}  # 0 is an input
        vertices = [self._planned(v, slot_of) for v in numbering.order]
        self.plan = Plan(
            flow="sample",
            vertices=vertices,
            stage_ends=numbering.stage_ends,
            predecessor_counts=numbering.predecessor_counts,
            successors=numbering.successors,
            inner_successors=numbering.inner_successors,
            inner_counts=numbering.inner_counts,
            slot_count=len(vertices) + 1,
            has_async=any(v.is_async for v in vertices),
            has_timeouts=any(v.timeout_s is not None for v in vertices),
        )

    def _planned(self, v: int, slot_of: Mapping[int, int]) -> PlannedVertex:
        behaviour = self.sample.behaviours[v]
        return PlannedVertex(
            name(v),
            self._async_handler(v) if behaviour.is_async else self._handler(v),
            positional=compile_arguments([slot_of[p] for p in self.sample.graph.predecessors[v]]),
            slot=slot_of[v],
            is_async=behaviour.is_async,
            timeout_s=behaviour.timeout_s,
        )

    def _handler(self, v: int) -> Callable[..., int]:
        behaviour = self.sample.behaviours[v]

        def handler(*given: int) -> int:
            self._begin(v, given)
            if behaviour.looks:
                check_cancelled()
            return self._end(v, given)

        return handler

    def _async_handler(self, v: int) -> Callable[..., Awaitable[int]]:
        behaviour = self.sample.behaviours[v]

        async def handler(*given: int) -> int:
            self._begin(v, given)
            self.inside += 1
            try:
                for seconds in behaviour.pauses_s:
                    await virtual_sleep(seconds)
                return self._end(v, given)
            finally:
                self.inside -= 1

        return handler

    def _begin(self, v: int, given: tuple[int, ...]) -> None:
        self.calls.append(name(v))
        self.given[name(v)] = given

    def _end(self, v: int, given: Sequence[int]) -> int:
        if self.sample.behaviours[v].fails:
            self.raised[name(v)] = error = BrokenError(name(v))
            raise error
        return compute(v, given)


def name(v: int) -> str:
    """The name of a vertex by its number in declaration order."""
    return f"v{v}"


def compute(v: int, given: Sequence[int]) -> int:
    """The value of a vertex: tells which vertex it is, what it was given and in which order."""
    value = v + 1
    for argument in given:
        value = (value * 31 + argument) % _PRIME
    return value


def random_sample(
    rng: random.Random, *, most: int = 12, failures: float = 0.1, timeouts: float = 0.1
) -> PlanSample:
    """Draw a sample with a seeded generator: much faster than a strategy."""
    count = rng.randrange(1, most + 1)
    order = list(range(count))
    rng.shuffle(order)
    density = rng.random() ** 2
    edges = [(order[i], order[j]) for j in range(count) for i in range(j) if rng.random() < density]
    groups = _random_groups(rng, order) if rng.random() < 0.4 else []
    return PlanSample(
        adjacency_of_edges(count, edges),
        tuple(groups),
        tuple(rng.random() < 0.5 for _ in groups),
        tuple(_random_behaviour(rng, failures, timeouts) for _ in range(count)),
    )


def _random_groups(rng: random.Random, order: Sequence[int]) -> list[tuple[int, ...]]:
    """Cut groups out of a topological order: an interval of one is always convex."""
    groups = []
    start = 0
    while start < len(order):
        end = start + rng.randrange(1, 5)
        if rng.random() < 0.5:
            groups.append(tuple(order[start:end]))
        start = end
    return groups


def _random_behaviour(rng: random.Random, failures: float, timeouts: float) -> Behaviour:
    is_async = rng.random() < 0.4
    pauses: tuple[float, ...] = ()
    if is_async:
        pauses = rng.choice(((), (), (0.0,), (1.0,), (0.5, 2.0)))
    return Behaviour(
        is_async=is_async,
        fails=rng.random() < failures,
        pauses_s=pauses,
        looks=rng.random() < 0.3,
        timeout_s=rng.choice((0.25, 1.0, 4.0)) if rng.random() < timeouts else None,
    )
