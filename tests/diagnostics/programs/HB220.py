"""An edge leads to a vertex that the graph does not have."""

from hbia_dsl import Edge, Graph, Vertex

graph = Graph()
graph.add_vertex(Vertex("load"))
graph.add_edge(Edge("load", "save"))
