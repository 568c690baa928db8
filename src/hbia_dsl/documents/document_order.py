"""The order of a document's vertices: cycles, and groups that cannot run as one unit."""

from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import ATOMIC_BOUNDARY
from hbia_dsl.documents.document import Document, DocumentGroup
from hbia_dsl.documents.document_name import is_name
from hbia_dsl.documents.document_problems import MOST_SHOWN, DocumentProblems
from hbia_dsl.documents.graph_of_document import edges_of
from hbia_dsl.documents.place import Place
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.stages import stages
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex


def check_order(document: Document, problems: DocumentProblems) -> None:
    """Report a cycle of each part of a document that has cycles, and groups in pieces.

    Args:
        document: The document, perhaps with parts left out that were wrong; what leads
            nowhere is left out here.
        problems: Takes what is wrong.
    """
    topology = GraphTopology(_sound_part(document))
    places = {vertex.name: vertex.place for vertex in document.vertices()}
    cycles = topology.cycles()
    for cycle in cycles:
        _take(topology.cycle_diagnostic(cycle), places[cycle[0]], problems)
    if document.groups and not cycles:  # on a cycle, members lie outside their own group
        _check_groups(document, topology, problems)


def _check_groups(document: Document, topology: GraphTopology, problems: DocumentProblems) -> None:
    is_sound = not problems
    units = topology.condensation
    # An outsider between members makes a cycle of units, which is quickly seen; the search for
    # the path of each group is only for the report.
    is_convex = sum(map(len, stages(units.graph))) == len(units.units)
    found_boundary = False
    for group in topology.graph.atomic_groups.values():
        found = None
        if not is_convex:
            found = topology.group_diagnostic(group)
        elif is_sound:
            found = topology.scattered_diagnostic(group)
        if found is not None and (is_sound or found.code is ATOMIC_BOUNDARY):
            # A name that leads nowhere may be what would connect the members.
            found_boundary = found_boundary or found.code is ATOMIC_BOUNDARY
            _take(found, document.groups[group.name].place, problems)
            if len(problems) > MOST_SHOWN:  # the search goes through the graph for each group
                break
    if not (is_convex or found_boundary):
        crossing = topology.group_cycle_diagnostic()
        if crossing is not None:
            _take(crossing, next(iter(document.groups.values())).place, problems)


def _take(diagnostic: Diagnostic, place: Place, problems: DocumentProblems) -> None:
    """Take a diagnostic down; of a path through half the document only both ends are shown."""
    message, drawing = diagnostic.message, diagnostic.drawing
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_HALF]} ... {message[-_LONGEST_HALF:]}"
    if len(drawing) > _MOST_DRAWN:
        drawing = (*drawing[: _MOST_DRAWN // 2], "...", *drawing[-_MOST_DRAWN // 2 :])
    problems.add(
        diagnostic.code,
        place,
        message,
        diagnostic.help,
        notes=diagnostic.notes,
        drawing=drawing,
    )


_LONGEST_MESSAGE: Final = 400
_LONGEST_HALF: Final = 150
_MOST_DRAWN: Final = 20


def _sound_part(document: Document) -> Graph:
    """Return the vertices and groups of a document that have names, without anything else."""
    names = {vertex.name: None for vertex in document.vertices() if is_name(vertex.name)}
    pairs = [pair for flow in document.flows.values() for pair in edges_of(flow)]
    taken: set[str] = set()
    groups = [_sound_group(group, names, taken) for group in document.groups.values()]
    return Graph.of_checked(
        {name: Vertex(name) for name in names},
        {Edge(s, t): None for s, t in pairs if s in names and t in names},
        {group.name: group for group in groups if group.vertices},
    )


def _sound_group(group: DocumentGroup, names: dict[str, None], taken: set[str]) -> AtomicGroup:
    """Return a group with the members that are there and in no group before it."""
    members = [m.text for m in group.vertices if m.text in names and m.text not in taken]
    taken.update(members)
    return AtomicGroup(group.name, members)
