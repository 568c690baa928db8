"""A document and functions, wired to a flow."""

import os
from collections.abc import Callable

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNKNOWN_FLOW
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.document import Document, DocumentFlow
from hbia_dsl.documents.document_problems import DocumentProblems
from hbia_dsl.documents.document_reading import read_document
from hbia_dsl.documents.document_source import read_file
from hbia_dsl.errors import DocumentError, FlowNotFoundError, WiringError
from hbia_dsl.flow.flow import Given
from hbia_dsl.flow.given_functions import GivenFunctions
from hbia_dsl.flow.stated_vertex import VertexStater
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.wire import wire
from hbia_dsl.wiring.wired_flow import WiredFlow


def flow_from_file(
    path: str | os.PathLike[str],
    functions: Given,
    flow_name: str | None,
    *,
    inputs: Callable[..., object] | None,
    result: Callable[..., object] | None,
    local_names: LocalNames,
) -> WiredFlow:
    """Wire a flow of a document in a file; see `Flow.from_yaml`."""
    document = read_document(read_file(path))
    return flow_from_document(
        document, functions, flow_name, inputs=inputs, result=result, local_names=local_names
    )


def flow_from_document(
    document: Document,
    functions: Given,
    flow_name: str | None,
    *,
    inputs: Callable[..., object] | None,
    result: Callable[..., object] | None,
    local_names: LocalNames,
) -> WiredFlow:
    """Wire a flow of a document.

    Raises:
        FlowNotFoundError: The document has no such flow, or several and none was named.
        DocumentError: Document and functions do not go together; every reason at once.
    """
    flow = _flow(document, flow_name)
    problems = DocumentProblems(document.text)
    given = GivenFunctions(functions)
    stater = VertexStater(document.text, document.groups, given, problems, local_names)
    stated = [stater.stated(flow, vertex) for vertex in flow.vertices.values()]
    found = problems.diagnostics()
    wired: WiredFlow | None = None
    if stater.is_complete:
        vertices = [vertex for vertex in stated if vertex is not None]
        try:
            wired = wire(flow.name, vertices, inputs=inputs, result=result, localns=local_names)
        except WiringError as error:
            found = (*found, *error.diagnostics)
    if found or wired is None:
        raise DocumentError(*found)
    return wired


def _flow(document: Document, name: str | None) -> DocumentFlow:
    flows = document.flows
    if name is None and len(flows) == 1:
        return next(iter(flows.values()))
    if name is not None and name in flows:
        return flows[name]
    message = f"the document has {len(flows)} flows, and none was named"
    near = None
    if name is not None:
        message, near = f"the document has no flow `{name}`", did_you_mean(name, flows)
    raise FlowNotFoundError(
        Diagnostic(
            UNKNOWN_FLOW,
            message,
            location=caller_location(),
            notes=(f"its flows are {', '.join(flows)}",),
            help=near or f'name one of them: flow_name="{next(iter(flows))}"',
        )
    )
