"""The atomic groups of a flow, put together from what `@atomic` said on each member."""

from collections.abc import Iterable
from typing import Final

from hbia_dsl.declare.declaration import AtomicDeclaration
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import GROUP_CONFLICT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.wiring.group_resources import check_group_resources
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.signature import VertexSignature

_Member = tuple[VertexSignature, AtomicDeclaration]


def atomic_groups(
    vertices: Iterable[VertexSignature], problems: Problems
) -> dict[str, AtomicGroup]:
    """Gather the groups by name, members in flow order; members that disagree are reported."""
    members_of: dict[str, list[_Member]] = {}
    for vertex in vertices:
        if vertex.atomic is not None:
            members_of.setdefault(vertex.atomic.group, []).append((vertex, vertex.atomic))
    return {name: _group(name, members, problems) for name, members in members_of.items()}


def _group(name: str, members: list[_Member], problems: Problems) -> AtomicGroup:
    told = members[0][1]
    for member in members[1:]:
        if any(getattr(member[1], option) != getattr(told, option) for option in _OPTIONS):
            problems.add(member[0].order, _conflict(members[0], member))
    check_group_resources(name, [vertex for vertex, _ in members], problems)
    names = tuple(vertex.name for vertex, _ in members)
    return AtomicGroup(
        name,
        names,
        told.on_failure,
        told.no_cache,
        told.no_parallel,
    )


def _conflict(first: _Member, other: _Member) -> Diagnostic:
    vertex, told = other
    first_vertex, first_told = first
    option = next(o for o in _OPTIONS if getattr(told, o) != getattr(first_told, o))
    ours, theirs = _as_written(getattr(told, option)), _as_written(getattr(first_told, option))
    place = location_of(first_vertex.handler)
    where = "" if place is None else f" ({place.short()})"
    return Diagnostic(
        GROUP_CONFLICT,
        f"`{vertex.name}` and `{first_vertex.name}` disagree about atomic group "
        f"`{told.group}`: `{option}` is {ours} and {theirs}",
        location=location_of(vertex.handler),
        notes=(f"`{first_vertex.name}` is its first member{where}",),
        help=f"give every member the same options: {option}={theirs}, or take another group",
    )


def _as_written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


_OPTIONS: Final = ("on_failure", "no_parallel", "no_cache")
"""What the members of one group have to agree about."""
