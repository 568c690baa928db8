"""A handler is a lambda, which no path leads to."""

from hbia_dsl import Graph, Vertex
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml

graph = Graph([Vertex("double", lambda number: {"doubled": number * 2})])
dump_graph_to_yaml(graph)
