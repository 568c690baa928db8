"""`hbia graph-validate TARGET`: check the graph of a document or a flow."""

import sys

from hbia_dsl.cli.command_failure import PROBLEMS
from hbia_dsl.cli.document_file import is_document, load_document
from hbia_dsl.cli.named_flows import flows_named
from hbia_dsl.drawing.drawn_graph import counted
from hbia_dsl.graph.graph import Graph


def graph_validate(target: str, /) -> int:
    """Check the graph of a document or a flow: cycles, edges, groups.

    Args:
        target: A document, or a flow in code: app.flows:signup.
    """
    from hbia_dsl.documents.validate_graph import validate_graph  # loaded where it is used

    is_clean = True
    for name, graph in _graphs(target):
        problems = validate_graph(graph)
        for problem in problems:
            print(f"{name}: {problem}", file=sys.stderr)
        if not problems:
            vertices = counted(len(graph.vertices), "vertex", "vertices")
            print(f"{name}: valid, {vertices}, {counted(len(graph.edges), 'edge', 'edges')}")
        is_clean = is_clean and not problems
    return 0 if is_clean else PROBLEMS


def _graphs(target: str) -> list[tuple[str, Graph]]:
    if is_document(target):
        return [(target, load_document(target))]
    return [(found.name, found.wired.graph) for found in flows_named([target])]
