"""What planning a flow asks about its atomic groups, and the answer of a flow without any."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hbia_dsl.declare.declaration import AtomicDeclaration
from hbia_dsl.kernel.arguments import Source
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.planned_group import PlannedGroup
from hbia_dsl.wiring.wired_flow import WiredVertex

Handler = Callable[..., object]


class GroupPlanning(Protocol):
    """Plans the groups of one flow."""

    def step(self, v: int) -> PlannedVertex:
        """Return the step that has a canonical number."""
        ...

    def call(
        self,
        vertex: WiredVertex,
        told: AtomicDeclaration,
        handler: Handler,
        sources: list[Source],
    ) -> tuple[Handler, list[Source]]:
        """Return how a member is called, and where its positional arguments come from."""
        ...

    def groups(self, numbers: Mapping[str, int]) -> Sequence[PlannedGroup]:
        """Return all groups, given the canonical number of each vertex."""
        ...


class NoGroups:
    """The planning of a flow without groups; neither steps nor members are ever asked for."""

    def step(self, v: int) -> PlannedVertex:
        """Refuse: there is none."""
        raise KeyError(v)

    def call(
        self,
        vertex: WiredVertex,
        told: AtomicDeclaration,
        handler: Handler,
        sources: list[Source],
    ) -> tuple[Handler, list[Source]]:
        """Refuse: there is none."""
        del told, handler, sources
        raise KeyError(vertex.name)

    def groups(self, numbers: Mapping[str, int]) -> Sequence[PlannedGroup]:
        """Return none."""
        del numbers
        return ()
