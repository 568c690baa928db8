"""What keeps a compensating group from keeping its word, found before anything runs.

The classes of members are those of long transactions: what comes before the pivot can be
taken back, the pivot is the point of no return, and what comes after it is tried again
until it succeeds.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hbia_dsl.declare.declaration import NOT_SAID, AtomicDeclaration
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNDONE_BY_NOTHING
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.wiring.problems import AFTER_VERTICES, Problems
from hbia_dsl.wiring.signature import VertexSignature

COMPENSATE: Final = "compensate"


def check_compensation(
    vertices: Mapping[str, VertexSignature], topology: GraphTopology, problems: Problems
) -> None:
    """Report members of compensating groups that break the rules.

    Args:
        vertices: All vertices by name.
        topology: Of the flow's graph, which has no cycles.
        problems: Takes what is found.
    """
    for group in topology.graph.atomic_groups.values():
        if group.on_failure == COMPENSATE:
            members = [vertices[name] for name in group.vertices]
            _check_group(group.name, members, topology, problems)


def _check_group(
    group: str, members: Sequence[VertexSignature], topology: GraphTopology, problems: Problems
) -> None:
    told = {vertex.name: vertex.atomic for vertex in members if vertex.atomic is not None}
    pivots = [vertex for vertex in members if told[vertex.name].is_pivot]
    for other in pivots[1:]:
        text = f"group `{group}` has two pivots, `{pivots[0].name}` and `{other.name}`"
        _report(problems, other, text, "a group has one point of no return: leave out one `pivot`")
    before: set[str] = set()
    after: set[str] = set()
    if pivots:
        before = {vertex.name for vertex in topology.ancestors(pivots[0].name)}
        after = {v.name for v in members} - before - {pivots[0].name}
    for vertex in members:
        said = told[vertex.name]
        is_pure = vertex.declaration.effect == "pure"
        if vertex.name in after:
            _check_after_pivot(group, vertex, said, problems, is_pure=is_pure)
        elif said.is_pivot and callable(said.compensate):
            text = f"`{vertex.name}` is the pivot of group `{group}`, so nothing ever takes it back"
            _report(problems, vertex, text, "leave out `compensate`, or leave out `pivot`")
        elif said.is_retriable:
            text = f"`{vertex.name}` of group `{group}` is retriable, but comes after no pivot"
            _report(problems, vertex, text, "leave out `retriable`, or mark the pivot before it")
        elif not is_pure and not said.is_pivot and said.compensate is NOT_SAID:
            text = f"nothing takes back `{vertex.name}`, a side effect in group `{group}`"
            way = "say compensate=undo, or compensate=None if there is nothing to take back"
            _report(problems, vertex, text, way)


def _check_after_pivot(
    group: str,
    vertex: VertexSignature,
    said: AtomicDeclaration,
    problems: Problems,
    *,
    is_pure: bool,
) -> None:
    if callable(said.compensate):
        text = f"`{vertex.name}` can be taken back, but does not come before the pivot of `{group}`"
        _report(problems, vertex, text, "leave out `compensate`, or have the pivot follow it")
    elif not is_pure and not said.is_retriable:
        text = f"`{vertex.name}` does not come before the pivot of group `{group}`"
        way = "say retriable=True: after the point of no return there is only forward"
        _report(problems, vertex, text, way)


def _report(problems: Problems, vertex: VertexSignature, text: str, way: str) -> None:
    problems.add(
        AFTER_VERTICES,
        Diagnostic(UNDONE_BY_NOTHING, text, location=location_of(vertex.handler), help=way),
    )
