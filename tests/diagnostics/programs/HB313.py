"""A flow is asked for that the graph does not have."""

from hbia_dsl import Graph, Vertex, run_flow


def fetch() -> dict[str, object]:
    return {"body": "hello"}


graph = Graph([Vertex("fetch", fetch)])
graph.add_flow("daily", ["fetch"])
run_flow(graph, "dayly")
