"""The atomic groups of a flow, put together from what `@atomic` said on each member."""

from collections.abc import Iterable

from hbia_dsl.declare.declaration import AtomicDeclaration
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import GROUP_CONFLICT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.signature import VertexSignature


def atomic_groups(
    vertices: Iterable[VertexSignature], problems: Problems
) -> dict[str, AtomicGroup]:
    """Gather the groups by name; members that disagree about their group are reported."""
    members: dict[str, list[VertexSignature]] = {}
    for vertex in vertices:
        if vertex.atomic is not None:
            members.setdefault(vertex.atomic.group, []).append(vertex)
    groups = {}
    for name, group in members.items():
        told = group[0].atomic
        assert told is not None
        for member in group[1:]:
            if member.atomic is not None and member.atomic != told:
                problems.add(member.order, _conflict(group[0], told, member, member.atomic))
        groups[name] = AtomicGroup(
            name, tuple(v.name for v in group), told.on_failure, told.no_cache, told.no_parallel
        )
    return groups
