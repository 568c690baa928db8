"""The graph of a wired flow: the same bindings, written out as names.

In a large flow most of the memory is here, so texts that occur often exist once.
"""

from sys import intern

import attrs

from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import EMPTY, Vertex
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, Binding
from hbia_dsl.wiring.signature import UNREADABLE, VertexSignature


@attrs.define
class GraphWriter:
    """Writes the vertices of one flow down, one after the other, in flow order."""

    vertices: dict[str, Vertex] = attrs.field(factory=dict)
    edges: dict[Edge, None] = attrs.field(factory=dict)
    predecessors: list[tuple[str, ...]] = attrs.field(factory=list)
    """By vertex: names of the vertices that it takes values from, without repeats."""
    input_users: dict[str, list[tuple[str, str]]] = attrs.field(factory=dict)
    """(vertex, parameter) of everything that takes an input of the flow, by input."""
    _shown: dict[object, str] = attrs.field(factory=dict)

    def add(self, vertex: VertexSignature, bindings: tuple[Binding, ...]) -> None:
        """Add a vertex with its edges."""
        name = vertex.name
        sources: dict[str, None] = {}
        inputs: dict[str, str] = {}
        for binding in bindings:
            parameter = binding.parameter
            texts = []
            for source in binding.sources:
                if source.vertex == INPUT:
                    self.input_users.setdefault(source.output, []).append((name, parameter))
                else:
                    sources[source.vertex] = None
                texts.append(f"{source.vertex}.{source.output}")
            if texts:
                inputs[parameter] = intern(", ".join(texts))
        for requirement in vertex.requirements:
            # An input of the parameter's own name goes without saying: its type says more.
            if inputs.get(requirement.name) == f"{INPUT}.{requirement.name}":
                inputs[requirement.name] = self._display(requirement.form)
        for source_name in sources:
            self.edges[Edge(source_name, name)] = None
        self.predecessors.append(tuple(sources))
        self.vertices[name] = Vertex(
            name,
            vertex.handler,
            inputs or EMPTY,
            self._outputs(vertex),
            vertex.declaration.version,
            vertex.declaration.effect or "side_effect",
        )

    def graph(self, groups: dict[str, AtomicGroup]) -> Graph:
        """Return what was written, frozen."""
        return Graph.of_checked(self.vertices, self.edges, groups)

    def _outputs(self, vertex: VertexSignature) -> dict[str, str]:
        if not vertex.parts:
            return {vertex.output: self._display(vertex.returns)}
        return {part.name: self._display(part.form) for part in vertex.parts}

    def _display(self, form: object) -> str:
        try:
            known = self._shown.get(form)
        except TypeError:  # it cannot be hashed
            return display(form)
        if known is None:
            known = self._shown[form] = "?" if form is UNREADABLE else display(form)
        return known
