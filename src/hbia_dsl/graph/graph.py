"""The graph: vertices, edges and atomic groups, in the order they were added.

A graph is put together with the `add_` methods and then only read. Whoever runs or
keeps one takes `frozen()`: a copy that nobody can change, so a flow and its runs
never see a graph move under them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Self, TypeVar

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_GRAPH
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import (
    EdgeInvalidError,
    GraphError,
    VertexAlreadyExistsError,
    VertexNotFoundError,
)
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.vertex import Vertex

T = TypeVar("T")
_Names = dict[str, list[str]]


class Graph:  # noqa: PLW1641 - a graph can still change, so it has no hash
    """Vertices, edges and groups; equal to another if all of them are."""

    __slots__ = (
        "_edges",
        "_flows",
        "_group_of",
        "_groups",
        "_is_frozen",
        "_neighbours",
        "_vertices",
    )

    def __init__(
        self,
        vertices: Iterable[Vertex] | Mapping[str, Vertex] = (),
        edges: Iterable[Edge] = (),
        atomic_groups: Iterable[AtomicGroup] | Mapping[str, AtomicGroup] = (),
    ) -> None:
        """Put a graph together; what another graph has by name is taken as it is.

        Raises:
            GraphError: The parts do not fit together, or one is of a wrong kind.
        """
        self._vertices: dict[str, Vertex] = {}
        self._edges: dict[Edge, None] = {}
        self._groups: dict[str, AtomicGroup] = {}
        self._group_of: dict[str, str] = {}
        self._flows: dict[str, tuple[str, ...]] = {}
        self._neighbours: tuple[_Names, _Names] | None = None
        self._is_frozen = False
        for vertex in _parts(vertices):
            self.add_vertex(vertex)
        for edge in edges:
            self.add_edge(edge)
        for group in _parts(atomic_groups):
            self.add_atomic_group(group)

    @property
    def vertices(self) -> Mapping[str, Vertex]:
        """The vertices by name, in declaration order."""
        return MappingProxyType(self._vertices)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges, in the order they were added."""
        return tuple(self._edges)

    @property
    def atomic_groups(self) -> Mapping[str, AtomicGroup]:
        """The atomic groups by name."""
        return MappingProxyType(self._groups)

    @property
    def flows(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the vertices of each named flow, if the graph has named flows."""
        return MappingProxyType(self._flows)

    @property
    def is_frozen(self) -> bool:
        """Whether nothing can be added any more."""
        return self._is_frozen

    def add_vertex(self, vertex: Vertex) -> None:
        """Add a vertex.

        Raises:
            VertexAlreadyExistsError: The graph has one of that name.
            GraphError: The graph is frozen, or this is no vertex.
        """
        self._refuse_if_frozen()
        _check_kind(vertex, Vertex)
        if vertex.name in self._vertices:
            raise VertexAlreadyExistsError(
                _problem(
                    f"the graph has a vertex `{vertex.name}` already",
                    "give one of the two another name",
                )
            )
        self._vertices[vertex.name] = vertex

    def add_edge(self, edge: Edge) -> None:
        """Add an edge; adding an equal one again changes nothing.

        Raises:
            EdgeInvalidError: An end is not a vertex of the graph, or both are the same.
            GraphError: The graph is frozen, or this is no edge.
        """
        self._refuse_if_frozen()
        _check_kind(edge, Edge)
        for end in (edge.source, edge.target):
            if end not in self._vertices:
                raise EdgeInvalidError(
                    _problem(
                        f"edge `{edge}` needs a vertex `{end}`, which the graph does not have",
                        did_you_mean(end, self._vertices) or "add the vertex before its edges",
                    )
                )
        if edge.source == edge.target:
            raise EdgeInvalidError(
                _problem(f"vertex `{edge.source}` cannot follow itself", "leave this edge out")
            )
        self._edges[edge] = None
        self._neighbours = None

    def add_atomic_group(self, group: AtomicGroup) -> None:
        """Add an atomic group.

        Raises:
            VertexNotFoundError: A member is not a vertex of the graph.
            GraphError: The name is taken, a member is in another group already, the graph is
                frozen, or this is no group.
        """
        self._refuse_if_frozen()
        _check_kind(group, AtomicGroup)
        if group.name in self._groups:
            raise GraphError(
                _problem(
                    f"the graph has a group `{group.name}` already",
                    "give one of the two another name",
                )
            )
        for name in group.vertices:
            self.vertex(name)
            if name in self._group_of:
                raise GraphError(
                    _problem(
                        f"vertex `{name}` is in group `{self._group_of[name]}` already",
                        "a vertex belongs to one atomic group at the most",
                    )
                )
        self._group_of.update(dict.fromkeys(group.vertices, group.name))
        self._groups[group.name] = group

    def add_flow(self, name: str, vertices: Iterable[str]) -> None:
        """Give a set of vertices a name by which it can be run alone.

        Raises:
            VertexNotFoundError: A name is not that of a vertex of the graph.
            GraphError: The graph is frozen.
        """
        self._refuse_if_frozen()
        self._flows[name] = tuple(self.vertex(member).name for member in vertices)

    def vertex(self, name: str) -> Vertex:
        """Return the vertex of that name.

        Raises:
            VertexNotFoundError: There is none; the error names a near miss.
        """
        found = self._vertices.get(name)
        if found is None:
            raise VertexNotFoundError(
                _problem(
                    f"the graph has no vertex `{name}`",
                    did_you_mean(name, self._vertices) or "add it with `add_vertex`",
                )
            )
        return found

    def predecessors(self, name: str) -> tuple[str, ...]:
        """Return the names of the vertices that `name` directly follows."""
        return tuple(self._rows()[0].get(self.vertex(name).name, ()))

    def successors(self, name: str) -> tuple[str, ...]:
        """Return the names of the vertices that directly follow `name`."""
        return tuple(self._rows()[1].get(self.vertex(name).name, ()))

    def frozen(self) -> "Graph":
        """Return this graph if it is frozen, else a frozen copy."""
        if self._is_frozen:
            return self
        copy = Graph()
        copy._vertices = dict(self._vertices)
        copy._edges = dict(self._edges)
        copy._groups = dict(self._groups)
        copy._flows = dict(self._flows)
        copy._is_frozen = True
        return copy

    @classmethod
    def of_checked(
        cls,
        vertices: dict[str, Vertex],
        edges: dict[Edge, None],
        atomic_groups: dict[str, AtomicGroup],
    ) -> Self:
        """Make a frozen graph of parts that are known to fit; they are not copied."""
        graph = cls()
        graph._vertices, graph._edges, graph._groups = vertices, edges, atomic_groups
        graph._is_frozen = True
        return graph

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return (
            self._vertices == other._vertices
            and self._edges == other._edges
            and self._groups == other._groups
            and self._flows == other._flows
        )

    def __repr__(self) -> str:
        groups = f", {len(self._groups)} groups" if self._groups else ""
        return f"Graph({len(self._vertices)} vertices, {len(self._edges)} edges{groups})"

    def _rows(self) -> tuple[_Names, _Names]:
        """Return what comes before and after each vertex; made when first asked for."""
        if self._neighbours is None:
            before: _Names = {}
            after: _Names = {}
            for edge in self._edges:
                before.setdefault(edge.target, []).append(edge.source)
                after.setdefault(edge.source, []).append(edge.target)
            self._neighbours = before, after
        return self._neighbours

    def _refuse_if_frozen(self) -> None:
        if self._is_frozen:
            raise GraphError(
                _problem("this graph is frozen", "build a new `Graph` and add to that one")
            )


def _parts(given: Iterable[T] | Mapping[str, T]) -> Iterable[T]:
    return given.values() if isinstance(given, Mapping) else given


def _check_kind(given: object, kind: type) -> None:
    """Refuse what callers without a type checker give in the place of a part."""
    if not isinstance(given, kind):
        text = f"what is added must be of class `{kind.__name__}`, not {type(given).__name__}"
        raise GraphError(_problem(text, _WRITTEN[kind]))


_WRITTEN: Final[Mapping[type, str]] = {
    Vertex: 'write Vertex("name", handler)',
    Edge: 'write Edge("before", "after")',
    AtomicGroup: 'write AtomicGroup("name", ["member"])',
}


def _problem(message: str, help_: str | None) -> Diagnostic:
    return Diagnostic(BAD_GRAPH, message, location=caller_location(), help=help_)
