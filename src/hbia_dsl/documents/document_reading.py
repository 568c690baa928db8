"""The whole of a document: from text or data to a `Document`, or to all of its problems."""

from collections.abc import Mapping
from typing import Final

from hbia_dsl.diagnostics.diagnostic_code import BAD_DOCUMENT_NAME, BAD_SHAPE
from hbia_dsl.documents.data_nodes import nodes_of_data
from hbia_dsl.documents.document import Document, DocumentFlow, DocumentVertex
from hbia_dsl.documents.document_order import check_order
from hbia_dsl.documents.document_problems import DocumentProblems, named
from hbia_dsl.documents.document_references import check_references
from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.documents.group_reading import read_group
from hbia_dsl.documents.part_reading import Entries, PartReader
from hbia_dsl.documents.place import Place
from hbia_dsl.documents.unsure_parts import UnsureParts
from hbia_dsl.documents.vertex_reading import VertexReader
from hbia_dsl.documents.yaml_node import Node, ScalarNode, is_whole
from hbia_dsl.documents.yaml_reading import read_yaml
from hbia_dsl.errors import DocumentError

DOCUMENT_KEYS: Final = ("flow", "atomic_groups")
"""The keys of a document, in the order in which they are written."""

_EXAMPLE: Final = "flow: {signup: {save: {handler: app.vertices.save}}}"
_EXAMPLES: Final = {
    "flow": _EXAMPLE,
    "atomic_groups": "atomic_groups: {payment: {vertices: [a, b]}}",
}
_START: Final = Place(1, 0, 1)


def read_document(source: DocumentText | Mapping[str, object]) -> Document:
    """Read a document and check all of it; nothing is imported.

    Args:
        source: The text, as `read_file` or `read_text` made it; or data that a parser
            made of one, whose problems then have no places.

    Raises:
        DocumentError: It is wrong; all problems that do not follow from each other are
            in the error.
    """
    if isinstance(source, DocumentText):
        text, problems = source, DocumentProblems(source)
        root = read_yaml(source.text or "", problems)
    else:
        text = DocumentText("<data>", None)
        problems = DocumentProblems(text)
        root = nodes_of_data(source, problems)
    if root is None:
        if not problems:
            problems.add(BAD_SHAPE, _START, "the document is empty", f"write {_EXAMPLE}")
        raise DocumentError(*problems.diagnostics())
    reading = _Reading(problems)
    document = reading.document(root, text)
    check_references(document, reading.unsure, problems)
    check_order(document, problems)
    problems.raise_if_any()
    return document


class _Reading:
    """Reads the top of a document: its flows and its groups."""

    def __init__(self, problems: DocumentProblems) -> None:
        self._problems = problems
        self._parts = PartReader(problems)
        self._vertices = VertexReader(self._parts)
        self._flow_of: dict[str, str] = {}
        """By the name of each vertex met so far."""

    @property
    def unsure(self) -> UnsureParts:
        """What could not be read."""
        return self._vertices.unsure

    def document(self, root: Node, text: DocumentText) -> Document:
        """Read the root of the tree."""
        top = self._parts.known(root, "the document", DOCUMENT_KEYS, _EXAMPLE) or {}
        if "flow" not in top and is_whole(root):
            self._problems.add(
                BAD_SHAPE, root.place, "the document has no `flow`", f"write {_EXAMPLE}"
            )
        flows: dict[str, DocumentFlow] = {}
        for name, (key, node) in self._named(top, "flow", "flow").items():
            flows[name] = DocumentFlow(name, key.place, self._flow(key, node))
        groups = {
            name: read_group(key, node, self._parts)
            for name, (key, node) in self._named(top, "atomic_groups", "group").items()
        }
        return Document(text, flows, groups)

    def _named(self, top: Entries, key: str, kind: str) -> Entries:
        """Return what a key of the document holds by name."""
        if key not in top:
            return {}
        node = top[key][1]
        entries = self._parts.entries(node, f"`{key}`", _EXAMPLES[key])
        if entries is None:
            return {}
        if not entries and key == "flow" and is_whole(node):
            self._problems.add(BAD_SHAPE, node.place, "`flow` has no flows", f"write {_EXAMPLE}")
        for name, (written, _) in entries.items():
            self._parts.name(name, written, f"a {kind}")
        return entries

    def _flow(self, key: ScalarNode, node: Node) -> dict[str, DocumentVertex]:
        what = f"flow {named(key.text)}"
        entries = self._parts.entries(node, what, "save: {handler: app.vertices.save}")
        if not entries and is_whole(node):
            self._problems.add(BAD_SHAPE, key.place, f"{what} has no vertices", "add one")
        vertices: dict[str, DocumentVertex] = {}
        for name, (written, part) in (entries or {}).items():
            self._parts.name(name, written, "a vertex")
            other = self._flow_of.setdefault(name, key.text)
            if other != key.text:
                message = f"vertex {named(name)} is in flow {named(other)} too"
                way = "give one of them another name: vertices have one name in the whole document"
                self._problems.add(BAD_DOCUMENT_NAME, written.place, message, way)
            vertices[name] = self._vertices.vertex(written, part)
        return vertices
