"""The graph of a text, or of one of the flows in it."""

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNKNOWN_FLOW
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.document import Document
from hbia_dsl.documents.document_reading import read_document
from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.documents.graph_of_document import graph_of_document
from hbia_dsl.errors import FlowNotFoundError
from hbia_dsl.graph.graph import Graph


def graph_of_text(text: DocumentText, flow_name: str | None) -> Graph:
    """Make the graph of a document, or of one of its flows.

    Raises:
        DocumentError: The text is no flow document.
        FlowNotFoundError: The document has no flow of that name.
    """
    document = read_document(text)
    if flow_name is not None and flow_name not in document.flows:
        raise _no_flow(document, flow_name)
    return graph_of_document(document, flow_name)


def _no_flow(document: Document, name: str) -> FlowNotFoundError:
    flows = document.flows
    return FlowNotFoundError(
        Diagnostic(
            UNKNOWN_FLOW,
            f"the document has no flow `{name}`",
            location=caller_location(),
            notes=(f"its flows are {', '.join(flows)}",),
            help=did_you_mean(name, flows) or "leave `flow_name` out to load all of them",
        )
    )
