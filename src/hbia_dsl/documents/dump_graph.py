"""A graph as the text of a document: the other way round of loading.

What is written loads, and loads as an equal graph; a graph that no document can hold is
refused. Three things are said more plainly than the graph says them: a type that
documents do not know is written `any`, which is what a run makes of it; an output that
is bound but not declared is declared; a graph without named flows gets one.
"""

from hbia_dsl.documents.given_graph import given_graph
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.errors import DocumentError
from hbia_dsl.graph.graph import Graph


def dump_graph_to_yaml(graph: Graph, *, flow_name: str = "main") -> str:
    """Write a graph as a flow document.

    Args:
        graph: The graph. Handlers are dotted paths, or functions, which are written as
            `module.name`.
        flow_name: What the flow is called if the graph has no named flows.

    Returns:
        YAML: every binding, every edge, every option written out. Loading it and dumping
        again gives the same text.

    Raises:
        DocumentError: No document can hold the graph; every reason at once.
        GraphError: It is no graph.
    """
    from hbia_dsl.documents.graph_writing import GraphWriting  # loaded where it is used

    writing = GraphWriting(given_graph(graph, "dump_graph_to_yaml").frozen(), flow_name)
    text = writing.text()
    if writing.problems:
        raise DocumentError(*writing.problems)
    load_graph(text=text, origin="<dumped graph>")  # what was promised above is seen to here
    return text
