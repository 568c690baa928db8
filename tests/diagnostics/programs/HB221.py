"""Nothing gives the handler of a graph the input that it declares."""

from hbia_dsl import Graph, Vertex, run_flow


def double(number: int) -> dict[str, object]:
    return {"doubled": number * 2}


graph = Graph([Vertex("double", inputs={"number": "int"}, outputs={"doubled": "int"})])
run_flow(graph, handlers={"double": double})
