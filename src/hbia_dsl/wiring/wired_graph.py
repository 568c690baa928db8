"""The graph of a wired flow: the same bindings, written out as names.

In a large flow most of the memory is here, so texts that occur often exist once.
"""

from collections.abc import Callable, Iterable
from sys import intern

from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.compensation import COMPENSATE
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from hbia_dsl.graph.vertex import EMPTY, Vertex
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, Binding
from hbia_dsl.wiring.signature import UNREADABLE, VertexSignature


class GraphWriter:
    """Writes the vertices of one flow down, one after the other, in flow order."""

    def __init__(self, names: Iterable[str]) -> None:
        self._number = {name: number for number, name in enumerate(names)}
        self._vertices: dict[str, Vertex] = {}
        self._edges: dict[Edge, None] = {}
        self._shown: dict[object, str] = {}
        self.predecessors: list[tuple[int, ...]] = []
        """By vertex: numbers of those that it takes values from, rising, without repeats."""
        self.input_users: dict[str, list[tuple[str, str]]] = {}
        """(vertex, parameter) of everything that takes an input of the flow, by input."""

    def add(self, vertex: VertexSignature, bindings: tuple[Binding, ...]) -> None:
        """Add a vertex with its edges."""
        name = vertex.name
        inputs: dict[str, str] = {}
        sources: dict[str, None] = {}
        for binding in bindings:
            found = binding.sources
            if len(found) == 1:
                source = found[0]
                producer = source.vertex
                if producer == INPUT:
                    inputs[binding.parameter] = self._take_input(vertex, binding, source.output)
                    continue
                inputs[binding.parameter] = intern(f"{producer}.{source.output}")
                sources[producer] = None
            elif found:
                inputs[binding.parameter] = ", ".join(map(str, found))
                for source in found:
                    if source.vertex == INPUT:
                        self._take_input(vertex, binding, source.output)
                    else:
                        sources[source.vertex] = None
        if vertex.stated is not None:
            sources.update(dict.fromkeys(self._known(vertex.stated.after)))
        for producer in sources:
            self._edges[Edge(producer, name)] = None
        self.predecessors.append(tuple(sorted([self._number[producer] for producer in sources])))
        self._vertices[name] = Vertex(
            name,
            vertex.handler,
            inputs or EMPTY,
            self._outputs(vertex),
            vertex.declaration.version,
            vertex.declaration.effect or "side_effect",
            EMPTY if vertex.stated is None else vertex.stated.constants,
            self._compensation(vertex),
        )

    def graph(self, groups: dict[str, AtomicGroup]) -> Graph:
        """Return what was written, frozen."""
        return Graph.of_checked(self._vertices, self._edges, groups)

    def _known(self, names: Iterable[str]) -> Iterable[str]:
        return (name for name in names if name in self._number)

    def _compensation(self, vertex: VertexSignature) -> Callable[..., object] | None:
        told = vertex.atomic
        if told is None:
            return None
        if callable(told.compensate):
            return told.compensate
        # A pivot, and what is tried again after it, are never taken back either.
        is_meant = told.compensate is None or told.is_pivot or told.is_retriable
        return nothing_to_undo if is_meant and told.on_failure == COMPENSATE else None

    def _take_input(self, vertex: VertexSignature, binding: Binding, name: str) -> str:
        """Note who takes an input, and return what stands for it in the graph."""
        parameter = binding.parameter
        self.input_users.setdefault(name, []).append((vertex.name, parameter))
        if parameter != name:
            return intern(f"{INPUT}.{name}")
        # An input of the parameter's own name goes without saying: its type says more.
        form = next(r.form for r in vertex.requirements if r.name == parameter)
        return self._display(form)

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
