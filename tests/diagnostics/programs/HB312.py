"""The handler is given under another name than that of its vertex."""

from hbia_dsl import Graph, Vertex, run_flow


def fetch(url: str) -> dict[str, object]:
    return {"body": url}


graph = Graph([Vertex("fetch", inputs={"url": "str"})])
run_flow(graph, handlers={"fecth": fetch}, initial_data={"url": "index.html"})
