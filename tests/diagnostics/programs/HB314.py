"""A handler forgets one of the outputs that its vertex declares."""

from hbia_dsl import FlowFailed, Graph, Vertex, run_flow


def fetch() -> dict[str, object]:
    return {"body": "hello"}


graph = Graph([Vertex("fetch", fetch, outputs={"body": "str", "status": "int"})])
try:
    run_flow(graph)
except FlowFailed as failed:
    raise failed.root from None
