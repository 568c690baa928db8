"""What follows from a graph's shape: its order, its stages, its cycles, its groups.

One `GraphTopology` is made from a graph and answers all such questions; each answer
is computed once, by the algorithm modules beside this one.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import ATOMIC_BOUNDARY, CYCLE, SCATTERED_GROUP
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import AtomicBoundaryError, GraphCycleError
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.condense import Condensation, boundary_path, condense, connected_parts
from hbia_dsl.graph.cycle import shortest_cycle, shortest_cycles
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.stages import stages
from hbia_dsl.graph.vertex import Vertex


class GraphTopology:
    """The order and the stages of a graph as it was when this was made."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph.frozen()

    @property
    def graph(self) -> Graph:
        """The graph, frozen."""
        return self._graph

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The vertices' names in declaration order: the number of a vertex is its place here."""
        return tuple(self._graph.vertices)

    @cached_property
    def adjacency(self) -> Adjacency:
        """Neighbours by number."""
        number = self._number
        pairs = ((number[e.source], number[e.target]) for e in self._graph.edges)
        return adjacency_of_edges(len(number), pairs)

    def execution_stages(self) -> list[list[Vertex]]:
        """Group the vertices into stages of mutually independent ones.

        Returns:
            Stages in execution order; inside a stage, declaration order. Edges alone
            count here; `scheduling_stages` says how atomic groups change the order.

        Raises:
            GraphCycleError: The graph has a cycle; the error names a shortest one.
        """
        self.check_acyclic()
        vertices = list(self._graph.vertices.values())
        return [[vertices[number] for number in stage] for stage in self._stages]

    def topological_order(self) -> list[Vertex]:
        """Return all vertices, stage by stage: the order of a serial run without groups.

        Raises:
            GraphCycleError: The graph has a cycle.
        """
        return [vertex for stage in self.execution_stages() for vertex in stage]

    def entries(self) -> list[Vertex]:
        """Return the vertices without predecessors."""
        rows = self.adjacency.predecessors
        return [v for v, row in zip(self._graph.vertices.values(), rows, strict=True) if not row]

    def exits(self) -> list[Vertex]:
        """Return the vertices without successors."""
        rows = self.adjacency.successors
        return [v for v, row in zip(self._graph.vertices.values(), rows, strict=True) if not row]

    def ancestors(self, name: str) -> list[Vertex]:
        """Return all vertices that `name` directly or indirectly follows."""
        return self._reach(name, self.adjacency.predecessors)

    def descendants(self, name: str) -> list[Vertex]:
        """Return all vertices that directly or indirectly follow `name`."""
        return self._reach(name, self.adjacency.successors)

    @cached_property
    def condensation(self) -> Condensation:
        """The graph with each atomic group contracted to one unit."""
        number = self._number
        groups = [[number[m] for m in g.vertices] for g in self._graph.atomic_groups.values()]
        return condense(self.adjacency, groups)

    def scheduling_stages(self) -> list[list[tuple[Vertex, ...]]]:
        """Group units into stages; a unit is a vertex, or all members of a group in order.

        Raises:
            GraphCycleError: The graph has a cycle.
            AtomicBoundaryError: A group is not convex, or groups wait for each other.
        """
        self.check_acyclic()
        self.check_groups()
        vertices = list(self._graph.vertices.values())
        rank = {number: r for r, number in enumerate(n for stage in self._stages for n in stage)}
        units = self.condensation.units
        return [
            [tuple(vertices[n] for n in sorted(units[u], key=rank.__getitem__)) for u in stage]
            for stage in stages(self.condensation.graph)
        ]

    def check_acyclic(self) -> None:
        """Refuse a graph with a cycle.

        Raises:
            GraphCycleError: It has one; the error names a shortest one.
        """
        if sum(len(stage) for stage in self._stages) == len(self.names):
            return
        cycle = shortest_cycle(self.adjacency) or []
        names = [self.names[number] for number in cycle]
        raise GraphCycleError("the graph has a cycle", [self.cycle_diagnostic(names)], names)

    def cycle_diagnostic(self, names: list[str]) -> Diagnostic:
        """Describe a cycle, given the names on it in the direction of the data."""
        width = max(len(name) for name in names)
        last = len(names) - 1
        drawing = []
        for index, name in enumerate(names):
            ahead = "+->" if index == 0 else "+--" if index == last else "|  "
            drawing.append(f"{ahead} {name:<{width}}  after {names[index - 1]}{self._place(name)}")
        count = (
            "1 vertex waits for itself" if last == 0 else f"{last + 1} vertices wait for each other"
        )
        return Diagnostic(
            CYCLE,
            f"{count}: {' -> '.join([*names, names[0]])}",
            drawing=tuple(drawing),
            help="remove one of these dependencies, or split the vertex that needs both sides",
        )

    def check_groups(self) -> None:
        """Refuse atomic groups that cannot run as one unit each.

        A group that is not connected can, so that is left to whoever builds a flow.

        Raises:
            AtomicBoundaryError: An outsider lies between members of a group, or two
                groups wait for each other.
        """
        found = [d for d in self.group_diagnostics() if d.code is not SCATTERED_GROUP]
        if found:
            raise AtomicBoundaryError("an atomic group cannot run as one unit", found)

    def group_diagnostics(self) -> Iterable[Diagnostic]:
        """Describe each group that is not convex or connected, and groups that wait in a circle."""
        convex = True
        for group in self._graph.atomic_groups.values():
            found = self.group_diagnostic(group)
            if found is not None:
                convex = convex and found.code is not ATOMIC_BOUNDARY
                yield found
        if convex and self._graph.atomic_groups:
            crossing = self.group_cycle_diagnostic()
            if crossing is not None:
                yield crossing

    def group_diagnostic(self, group: AtomicGroup) -> Diagnostic | None:
        """Describe how a group of the graph is not convex or not connected; None if it is both."""
        number = self._number
        members = [number[m] for m in group.vertices]
        path = boundary_path(self.adjacency, members)
        if path is not None:
            return self._boundary_diagnostic(group, [self.names[n] for n in path])
        return self.scattered_diagnostic(group)

    def scattered_diagnostic(self, group: AtomicGroup) -> Diagnostic | None:
        """Describe how a group of the graph is not connected; None if it is."""
        parts = connected_parts(self.adjacency, [self._number[m] for m in group.vertices])
        if len(parts) < 2:
            return None
        return self._scattered_diagnostic(group, [self.names[p[0]] for p in parts])

    def group_cycle_diagnostic(self) -> Diagnostic | None:
        """Describe groups that wait for each other; None if none do."""
        cycle = shortest_cycle(self.condensation.graph)
        return None if cycle is None else self._group_cycle_diagnostic(cycle)

    def cycles(self) -> list[list[str]]:
        """Return a shortest cycle of each part of the graph that has cycles, as names."""
        if sum(len(stage) for stage in self._stages) == len(self.names):
            return []
        found = shortest_cycles(self.adjacency)
        return [[self.names[number] for number in cycle] for cycle in found]

    def _boundary_diagnostic(self, group: AtomicGroup, path: list[str]) -> Diagnostic:
        outsider = path[1]
        return Diagnostic(
            ATOMIC_BOUNDARY,
            f"`{outsider}` lies between members of atomic group `{group.name}`: "
            + " -> ".join(path),
            drawing=tuple(
                f"{'|' if name in group.vertices else ' '} {name}{self._place(name)}"
                for name in path
            ),
            notes=(f"the group runs as one unit, so `{outsider}` would wait for itself",),
            help=f"add `{outsider}` to the group, or take one of the members out of it",
        )

    def _scattered_diagnostic(self, group: AtomicGroup, firsts: list[str]) -> Diagnostic:
        shown = " and ".join(f"`{name}` {self._place(name).strip()}".strip() for name in firsts[:2])
        return Diagnostic(
            SCATTERED_GROUP,
            f"atomic group `{group.name}` falls into {len(firsts)} parts: nothing in it leads "
            f"from one to the other of {shown}",
            help="let one of them take a value of the other, or give each part its own group",
        )

    def _group_cycle_diagnostic(self, cycle: list[int]) -> Diagnostic:
        group_of = {m: g.name for g in self._graph.atomic_groups.values() for m in g.vertices}
        units = [[self.names[n] for n in self.condensation.units[unit]] for unit in cycle]
        shown = [
            f"group `{group_of[members[0]]}` ({', '.join(members)})"
            if members[0] in group_of
            else f"`{members[0]}`"
            for members in units
        ]
        return Diagnostic(
            ATOMIC_BOUNDARY,
            f"atomic groups wait for each other: {' -> '.join([*shown, shown[0]])}",
            help="join these groups, or take the vertices that cross out of them",
        )

    def _place(self, name: str) -> str:
        handler = self._graph.vertices[name].handler
        place = location_of(handler) if callable(handler) else None
        return "" if place is None else f"  ({place.short()})"

    @cached_property
    def _number(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    @cached_property
    def _stages(self) -> list[list[int]]:
        return stages(self.adjacency)

    def _reach(self, name: str, rows: Sequence[Sequence[int]]) -> list[Vertex]:
        self._graph.vertex(name)
        seen: set[int] = set()
        front = list(rows[self._number[name]])
        while front:
            vertex = front.pop()
            if vertex not in seen:
                seen.add(vertex)
                front.extend(rows[vertex])
        return [self._graph.vertices[self.names[n]] for n in sorted(seen)]
