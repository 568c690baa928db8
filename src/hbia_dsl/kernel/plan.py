"""The plan: what a run executes, with every name turned into a number.

Vertices are numbered in canonical order: stage by stage, declaration order inside a
stage, the members of an atomic group side by side. That order is a topological one, so
a serial run is a walk over the numbers, a stage is a range of them, and "the first
failure in canonical order" is the smallest number.

Values live in slots of one list: first the flow's inputs, then the results of the
vertices, then the parts of split results. A plan is made once and shared by all runs.
"""

from array import array
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Final, cast

import attrs

from hbia_dsl.kernel.planned_group import PlannedGroup
from hbia_dsl.kernel.returned_members import noting_its_return
from hbia_dsl.typeforms.async_def import is_async_def

NO_TIME: Final = -1.0
"""In the arrays of times: it did not happen."""

CoroutineFunction = Callable[..., Coroutine[object, object, object]]

Slots = list[object]
"""The values of one run, by slot."""


class PlannedVertex:
    """How one vertex is called and where its result goes."""

    __slots__ = (
        "backend",
        "coroutine_function",
        "handler",
        "is_async",
        "is_step",
        "keyword_names",
        "keywords",
        "name",
        "notes_its_return",
        "positional",
        "slot",
        "store",
        "timeout_s",
    )

    def __init__(
        self,
        name: str,
        handler: Callable[..., object],
        *,
        positional: Callable[[Slots], Iterable[object]],
        slot: int,
        keyword_names: tuple[str, ...] = (),
        keywords: Callable[[Slots], Iterable[object]] | None = None,
        store: Callable[[Slots, object], None] | None = None,
        is_async: bool = False,
        timeout_s: float | None = None,
        backend: str | None = None,
        is_step: bool = False,
    ) -> None:
        self.name: str = name
        self.handler: Callable[..., object] = handler
        self.positional: Callable[[Slots], Iterable[object]] = positional
        """Takes the positional arguments out of the slots."""
        self.keyword_names: tuple[str, ...] = keyword_names
        self.keywords: Callable[[Slots], Iterable[object]] | None = keywords
        """Takes the keyword arguments out of the slots, in the order of the names."""
        self.slot: int = slot
        """Where the whole result goes."""
        self.store: Callable[[Slots, object], None] | None = store
        """Checks the result and puts it and its parts away; None: the slot is all."""
        self.is_async: bool = is_async
        self.timeout_s: float | None = timeout_s
        self.backend: str | None = backend
        self.is_step: bool = is_step
        """Whether it is no vertex of the user's, but begins or commits an atomic group."""
        self.notes_its_return = False
        """Whether what the handler gives is noted, because its effect may have to be undone."""
        self.coroutine_function = self._coroutine_function()
        """The handler, if a call by position surely runs nothing yet but gives a coroutine, and
        there is no timeout: nearly always, of async vertices."""

    def note_its_return(self, v: int) -> None:
        """Have what the handler gives noted; `v` is the number of this vertex. Once is enough."""
        if not self.notes_its_return:
            self.notes_its_return = True
            self.handler = noting_its_return(v, self.handler, is_async=self.is_async)
            self.coroutine_function = self._coroutine_function()

    def _coroutine_function(self) -> CoroutineFunction | None:
        is_simple = self.keywords is None and self.timeout_s is None and self.is_async
        is_simple = is_simple and is_async_def(self.handler)
        return cast("CoroutineFunction", self.handler) if is_simple else None

    def __repr__(self) -> str:
        return f"PlannedVertex({self.name})"


@attrs.frozen(eq=False)
class Plan:
    """A flow ready to be run, in any mode, any number of times."""

    flow: str
    """Name of the flow."""
    vertices: Sequence[PlannedVertex]
    """In canonical order."""
    stage_ends: Sequence[int]
    """Stage k ends before this vertex, and begins where the stage before it ends."""
    predecessor_counts: Sequence[int]
    """How many vertices each one waits for, those that its group adds included."""
    successors: Sequence[Sequence[int]]
    """The vertices that wait for each one, those that its group adds included."""
    inner_successors: Mapping[int, Sequence[int]]
    """Successors inside the own stage: only members of atomic groups have any."""
    inner_counts: Mapping[int, int]
    """How many vertices of its own stage a vertex waits for, where there are any."""
    slot_count: int
    has_async: bool
    has_timeouts: bool
    backends: frozenset[str] = frozenset()
    """Event loops that async vertices insist on."""
    has_effects: bool = True
    """Whether any vertex changes something outside, as far as declared."""
    groups: Sequence[PlannedGroup] = ()
    """The atomic groups."""
    always_runs: Mapping[str, str] = attrs.field(factory=dict)
    """In a plan for runs with a cache: vertices of which nothing is ever kept, and why."""
    group_of: Mapping[int, int] = attrs.field(init=False)
    """The number of the group of each member and step."""
    no_times: "array[float]" = attrs.field(init=False)
    """What each run begins with: no vertex has started nor ended. Copied, never changed."""
    stages: Sequence[range] = attrs.field(init=False)
    """The vertices of each stage."""
    is_all_async: bool = attrs.field(init=False)
    """Whether every vertex is async, so that a run inside a loop needs no threads."""

    def __attrs_post_init__(self) -> None:
        for group in self.groups:
            for v in group.effects:
                self.vertices[v].note_its_return(v)

    @group_of.default
    def _group_of(self) -> Mapping[int, int]:
        return {v: g for g, group in enumerate(self.groups) for v in group.vertices}

    @no_times.default
    def _no_times(self) -> "array[float]":
        return array("d", (NO_TIME,)) * len(self.vertices)

    @stages.default
    def _stages(self) -> Sequence[range]:
        return [range(s, e) for s, e in zip((0, *self.stage_ends), self.stage_ends, strict=False)]

    @is_all_async.default
    def _is_all_async(self) -> bool:
        return all(vertex.is_async for vertex in self.vertices)
