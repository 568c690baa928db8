"""`validate_graph`: the problems of a graph as a list of lines."""

from collections.abc import Iterator

from hbia_dsl.documents.given_graph import given_graph
from hbia_dsl.graph.compensation import undone_by_nothing
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.binding import INPUT


def validate_graph(graph: Graph) -> list[str]:
    """Return everything that is wrong with the shape of a graph.

    A binding counts as an edge. Looked at are: both ends of every edge and binding, cycles
    (a shortest one of each part of the graph that has some), and whether each atomic group
    is connected, has no outsider between its members, and waits for no other group that
    waits for it; and that something takes back each side effect in a group that compensates.

    Returns:
        One line a problem; empty if there is none.

    Raises:
        GraphError: It is no graph.

    Example:
        >>> graph = Graph([Vertex("a"), Vertex("b")], [Edge("a", "b"), Edge("b", "a")])
        >>> validate_graph(graph)
        ['2 vertices wait for each other: a -> b -> a']
    """
    graph = given_graph(graph, "validate_graph")
    problems: list[str] = []
    edges: list[Edge] = list(graph.edges)
    for vertex in graph.vertices.values():
        for parameter, text in vertex.inputs.items():
            for source, output in bindings_of(text):
                if source == INPUT and INPUT not in graph.vertices:
                    continue
                problem = _dangling(graph, vertex, parameter, source, output)
                if problem is not None:
                    problems.append(problem)
                else:
                    edges.append(Edge(source, vertex.name))
    whole = Graph(graph.vertices.values(), edges, graph.atomic_groups.values())
    topology = GraphTopology(whole)
    return [*problems, *_problems_of_shape(topology), *_problems_of_compensation(whole)]


def _problems_of_shape(topology: GraphTopology) -> Iterator[str]:
    cycles = topology.cycles()
    for cycle in cycles:
        yield topology.cycle_diagnostic(cycle).message
    if not cycles:  # on a cycle, members lie outside their own group
        for diagnostic in topology.group_diagnostics():
            yield diagnostic.message


def _problems_of_compensation(graph: Graph) -> Iterator[str]:
    for vertex, group in undone_by_nothing(graph):
        yield f"nothing takes back `{vertex.name}`, a side effect in group `{group.name}`"


def _dangling(graph: Graph, vertex: Vertex, parameter: str, source: str, output: str) -> str | None:
    where = f"input `{parameter}` of vertex `{vertex.name}` is bound to `{source}.{output}`"
    producer = graph.vertices.get(source)
    if producer is None:
        return f"{where}, but the graph has no vertex `{source}`"
    if producer.name == vertex.name:
        return f"{where}, its own output"
    if producer.outputs and output not in producer.outputs:
        return f"{where}, but vertex `{source}` declares no output `{output}`"
    return None
