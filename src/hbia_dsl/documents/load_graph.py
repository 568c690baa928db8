"""`load_graph_from_yaml` and `load_graph`: a flow document as a graph."""

import os

from hbia_dsl.graph.graph import Graph


def load_graph_from_yaml(path: str | os.PathLike[str], flow_name: str | None = None) -> Graph:
    """Load a flow document from a YAML file.

    The document is checked whole, and nothing is imported: handlers stay paths until the
    graph is run.

    Args:
        path: The file.
        flow_name: One of its flows, for the graph of that one alone; None for all.

    Raises:
        DocumentError: The file cannot be read or is no flow document; all problems that
            do not follow from each other are in the error.
        FlowNotFoundError: The document has no flow of that name.
    """
    from hbia_dsl.documents.document_source import read_file  # loaded where it is used
    from hbia_dsl.documents.named_flow import graph_of_text  # as above

    return graph_of_text(read_file(path), flow_name)


def load_graph(text: str | bytes, *, origin: str = "<text>", flow_name: str | None = None) -> Graph:
    """Load a flow document from text.

    Args:
        text: The document; bytes must be UTF-8.
        origin: What reports call it: a path, or a name in angle brackets.
        flow_name: As for `load_graph_from_yaml`.

    Raises:
        DocumentError: It is no flow document; all problems at once.
        FlowNotFoundError: The document has no flow of that name.

    Example:
        >>> graph = load_graph(
        ...     '''
        ... flow:
        ...   words:
        ...     count: {handler: app.words.count, inputs: {text: str}, outputs: {n: int}}
        ...     show: {handler: app.words.show, inputs: {n: count.n, width: {value: 8}}}
        ... '''
        ... )
        >>> print(*graph.edges)
        count -> show
        >>> dict(graph.vertices["show"].constants)
        {'width': 8}
    """
    from hbia_dsl.documents.document_source import read_text  # loaded where it is used
    from hbia_dsl.documents.named_flow import graph_of_text  # as above

    return graph_of_text(read_text(text, origin), flow_name)
