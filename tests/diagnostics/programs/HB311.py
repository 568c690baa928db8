"""An async handler meets a call that does not await it."""

from hbia_dsl import Graph, Vertex, run_flow


async def fetch(url: str) -> dict[str, object]:
    return {"body": url}


graph = Graph([Vertex("fetch", inputs={"url": "str"})])
run_flow(graph, handlers={"fetch": fetch}, initial_data={"url": "index.html"})
