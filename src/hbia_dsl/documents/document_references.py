"""Names that parts of a document give to each other: do they lead anywhere?

`next` and bindings stay inside a flow, so that each flow can run alone. The members of
a group are all of one flow, and a vertex is in one group at the most.
"""

from typing import Final

from hbia_dsl.diagnostics.diagnostic_code import BAD_GROUP, UNKNOWN_DOCUMENT_NAME
from hbia_dsl.documents.document import (
    Document,
    DocumentFlow,
    DocumentGroup,
    DocumentVertex,
    OutputBinding,
    Written,
)
from hbia_dsl.documents.document_problems import DocumentProblems, named, quoted
from hbia_dsl.documents.unsure_parts import UnsureParts
from hbia_dsl.wiring.binding import INPUT

_UNDO: Final = "compensate: package.module.function"


def check_references(document: Document, unsure: UnsureParts, problems: DocumentProblems) -> None:
    """Report every name that leads nowhere, and groups that cannot be.

    Args:
        document: The document, perhaps with parts left out that were wrong.
        unsure: What could not be read, so that nobody should miss it.
        problems: Takes what is wrong.
    """
    checks = _ReferenceChecks(document, unsure, problems)
    for flow in document.flows.values():
        for vertex in flow.vertices.values():
            for follower in vertex.next:
                checks.check_follower(flow, vertex, follower)
            for declared in vertex.inputs.values():
                what = f"input {named(declared.name)} of vertex {named(vertex.name)}"
                for binding in declared.bindings:
                    if binding.vertex:
                        checks.check_binding(flow, vertex, what, binding)
    for group in document.groups.values():
        checks.check_group(group)
    for vertex in document.vertices():
        checks.check_compensation(vertex)


class _ReferenceChecks:
    def __init__(self, document: Document, unsure: UnsureParts, problems: DocumentProblems) -> None:
        self._unsure = unsure
        self._problems = problems
        self._groups = document.groups
        self._vertices = {vertex.name: vertex for vertex in document.vertices()}
        self._flow_of = {
            name: flow.name for flow in document.flows.values() for name in flow.vertices
        }
        self._group_of: dict[str, str] = {}

    def check_follower(self, flow: DocumentFlow, vertex: DocumentVertex, follower: Written) -> None:
        what = f"`next` of vertex {named(vertex.name)}"
        if follower.text == vertex.name:
            message, way = f"{what} names the vertex itself", "take it out"
            self._problems.add(UNKNOWN_DOCUMENT_NAME, follower.place, message, way)
        elif follower.text not in flow.vertices:
            self._unknown_vertex(flow, follower, what)

    def check_binding(
        self, flow: DocumentFlow, vertex: DocumentVertex, what: str, binding: OutputBinding
    ) -> None:
        place = binding.place
        producer = flow.vertices.get(binding.vertex)
        if producer is None and binding.vertex == INPUT:
            return  # a value that the run gives, under another name than the parameter's
        if producer is None:
            self._unknown_vertex(flow, Written(binding.vertex, place), what, binding)
        elif producer is vertex:
            message, way = f"{what} is bound to the vertex's own output", "bind it to another one"
            self._problems.add(UNKNOWN_DOCUMENT_NAME, place, message, way)
        elif binding.output not in producer.outputs and binding.vertex not in self._unsure.outputs:
            message = (
                f"{what} is bound to {named(binding.text)}, but vertex {named(binding.vertex)} "
                f"declares no output {named(binding.output)}"
            )
            way = f"declare it: outputs: {{{binding.output}: any}}"
            near = self._problems.near(binding.output, producer.outputs, way)
            self._problems.add(UNKNOWN_DOCUMENT_NAME, place, message, near)

    def _unknown_vertex(
        self,
        flow: DocumentFlow,
        written: Written,
        what: str,
        binding: OutputBinding | None = None,
    ) -> None:
        other = self._flow_of.get(written.text)
        bound = " is bound to" if binding else " names"
        if other is not None:
            message = f"{what}{bound} vertex {named(written.text)}, which is in flow {named(other)}"
            way = "vertices of one flow do not reach into another one"
            self._problems.add(UNKNOWN_DOCUMENT_NAME, written.place, message, way)
            return
        message = f"{what}{bound} vertex {named(written.text)}, which is not there"
        way = f"flow {named(flow.name)} needs a vertex of that name"
        notes: tuple[str, ...] = ()
        if binding is not None:
            notes = (f"a constant is written {{value: {quoted(binding.text)}}}",)
        near = self._problems.near(written.text, flow.vertices, way)
        self._problems.add(UNKNOWN_DOCUMENT_NAME, written.place, message, near, notes=notes)

    def check_group(self, group: DocumentGroup) -> None:
        what = f"group {named(group.name)}"
        flows: dict[str, str] = {}
        for member in group.vertices:
            name = member.text
            if name not in self._vertices:
                message = f"{what} names vertex {named(name)}, which is not there"
                near = self._problems.near(name, self._vertices, "correct the name")
                self._problems.add(UNKNOWN_DOCUMENT_NAME, member.place, message, near)
                continue
            other = self._group_of.setdefault(name, group.name)
            if other != group.name:
                message = f"vertex {named(name)} is in group {named(other)} already"
                way = "a vertex belongs to one atomic group at the most"
                self._problems.add(BAD_GROUP, member.place, message, way)
            flows.setdefault(self._flow_of[name], name)
        if len(flows) > 1:
            pairs = [f"{named(name)} is of flow {named(flow)}" for flow, name in flows.items()]
            message = f"members of {what} are of several flows: {', '.join(pairs[:3])}"
            way = "make a group in each flow"
            self._problems.add(BAD_GROUP, group.place, message, way)
        if group.on_failure == "compensate":
            self._check_has_compensation(group, what)

    def _check_has_compensation(self, group: DocumentGroup, what: str) -> None:
        members = [self._vertices[m.text] for m in group.vertices if m.text in self._vertices]
        effects = [member for member in members if not member.is_pure]
        silent = [m for m in effects if not (m.compensate or m.undone_by_nothing)]
        if members and silent == effects:
            first = next(iter(effects), members[0])
            message = f"{what} compensates, but no member with a side effect says how"
            way = f"add `{_UNDO}` to vertex {named(first.name)}"
            self._problems.add(BAD_GROUP, group.place, message, way)
            return
        for member in silent:
            if member.name not in self._unsure.compensation:
                message = f"nothing takes back vertex {named(member.name)}, a side effect in {what}"
                way = f"add `{_UNDO}`, or `compensate: null` if there is nothing to take back"
                self._problems.add(BAD_GROUP, member.place, message, way)

    def check_compensation(self, vertex: DocumentVertex) -> None:
        place = vertex.compensate.place if vertex.compensate else vertex.undone_by_nothing
        if place is None:
            return
        group = self._groups.get(self._group_of.get(vertex.name, ""))
        if group is None or group.on_failure != "compensate":
            where = (
                f"group {named(group.name)} does not compensate" if group else "it is in no group"
            )
            message = f"vertex {named(vertex.name)} has `compensate`, but {where}"
            way = "put it in an atomic group with `on_failure: compensate`, or take it out"
            self._problems.add(BAD_GROUP, place, message, way)
