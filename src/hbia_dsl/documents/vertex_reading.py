"""One vertex of a document: its keys, read and checked one by one."""

from typing import Final, TypeGuard

from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_HANDLER_PATH,
    BAD_SHAPE,
    UNKNOWN_TYPE,
)
from hbia_dsl.documents.constant_reading import read_constant
from hbia_dsl.documents.document import (
    CollectedOutputs,
    Constant,
    DocumentInput,
    DocumentOutput,
    DocumentVertex,
    OutputBinding,
    TypeClaim,
    Written,
)
from hbia_dsl.documents.document_name import is_name
from hbia_dsl.documents.document_problems import named, quoted
from hbia_dsl.documents.handler_path import fault_of_path
from hbia_dsl.documents.part_reading import Entries, PartReader
from hbia_dsl.documents.place import Place
from hbia_dsl.documents.unsure_parts import UnsureParts
from hbia_dsl.documents.yaml_node import (
    TEXT,
    BrokenNode,
    ListNode,
    MappingNode,
    Node,
    ScalarNode,
    in_words,
    is_whole,
)
from hbia_dsl.graph.input_text import is_binding
from hbia_dsl.typeforms.type_names import TypeNameError, read_type_name

VERTEX_KEYS: Final = ("handler", "effect", "version", "inputs", "outputs", "next", "compensate")
"""The keys of a vertex, in the order in which they are written."""
EFFECTS: Final = ("pure", "side_effect")
CONSTANT_KEY: Final = "value"
"""The one key of a constant: `limit: {value: 3}`."""

_EXAMPLE: Final = "{handler: package.module.function}"


def _is_binding(node: Node) -> TypeGuard[ScalarNode]:
    return isinstance(node, ScalarNode) and node.kind == TEXT and is_binding(node.text)


def _place_of_null(entries: Entries, key: str) -> Place | None:
    """Return where a key is `null`; None if it is not, or has nothing after its colon."""
    node = entries[key][1] if key in entries else None
    is_null = isinstance(node, ScalarNode) and node.kind == "null" and node.text
    return node.place if node is not None and is_null else None


class VertexReader:
    """Reads the vertices of one document."""

    def __init__(self, parts: PartReader) -> None:
        self._parts = parts
        self._problems = parts.problems
        self._types: dict[str, TypeNameError | None] = {}
        """What is wrong with each type met before, if anything."""
        self.unsure: UnsureParts = UnsureParts()

    def vertex(self, key: ScalarNode, node: Node) -> DocumentVertex:
        """Read a vertex; what is wrong with it is reported, and left out."""
        what = f"vertex {named(key.text)}"
        entries = self._parts.known(node, what, VERTEX_KEYS, _EXAMPLE) or {}
        if not isinstance(entries["outputs"][1] if "outputs" in entries else node, MappingNode):
            self.unsure.outputs.add(key.text)
        if "handler" not in entries and is_whole(node):
            way = "add `handler: package.module.function`"
            self._problems.add(BAD_SHAPE, key.place, f"{what} has no `handler`", way)
        effect = self._effect(entries, what)
        nothing = _place_of_null(entries, "compensate")
        undo = None if nothing is not None else self._path(entries, "compensate", what)
        is_read = (effect or "effect" not in entries) and (
            undo or nothing or "compensate" not in entries
        )
        if not (is_read and is_whole(node)):
            self.unsure.compensation.add(key.text)
        return DocumentVertex(
            key.text,
            key.place,
            self._path(entries, "handler", what) or Written("", key.place),
            effect,
            self._version(entries, what),
            self._inputs(entries, what),
            self._outputs(entries, what),
            self._next(entries, what),
            undo,
            nothing,
        )

    def _path(self, entries: Entries, key: str, what: str) -> Written | None:
        if key not in entries:
            return None
        written = self._parts.text(entries[key][1], f"`{key}` of {what}", BAD_HANDLER_PATH)
        fault = None if written is None else fault_of_path(written.text)
        if written is not None and fault is not None:
            message = f"`{key}` of {what} is {named(written.text)}, which {fault[0]}"
            self._problems.add(BAD_HANDLER_PATH, written.place, message, fault[1])
        return written

    def _effect(self, entries: Entries, what: str) -> Written | None:
        if "effect" not in entries:
            return None
        return self._parts.choice(entries["effect"][1], f"`effect` of {what}", EFFECTS)

    def _version(self, entries: Entries, what: str) -> Written | None:
        if "version" not in entries:
            return None
        return self._parts.text(entries["version"][1], f"`version` of {what}")

    def _next(self, entries: Entries, what: str) -> tuple[Written, ...]:
        if "next" not in entries:
            return ()
        return self._parts.texts(entries["next"][1], f"`next` of {what}", "next: [other_vertex]")

    def _outputs(self, entries: Entries, what: str) -> dict[str, DocumentOutput]:
        if "outputs" not in entries:
            return {}
        example = "outputs: {name: str}"
        found = self._parts.entries(entries["outputs"][1], f"`outputs` of {what}", example)
        outputs: dict[str, DocumentOutput] = {}
        for name, (key, node) in (found or {}).items():
            self._parts.name(name, key, f"an output of {what}")
            claim = self._type(node, f"output {named(name)} of {what}")
            outputs[name] = DocumentOutput(name, key.place, claim)
        return outputs

    def _inputs(self, entries: Entries, what: str) -> dict[str, DocumentInput]:
        if "inputs" not in entries:
            return {}
        example = "inputs: {name: str}"
        found = self._parts.entries(entries["inputs"][1], f"`inputs` of {what}", example) or {}
        inputs: dict[str, DocumentInput] = {}
        for name, (key, node) in found.items():
            self._parts.parameter(name, key, what)
            source = self._source(node, f"input {named(name)} of {what}")
            inputs[name] = DocumentInput(name, key.place, source)
        return inputs

    def _source(
        self, node: Node, what: str
    ) -> TypeClaim | OutputBinding | CollectedOutputs | Constant:
        if isinstance(node, MappingNode):
            return self._constant(node, what)
        if isinstance(node, ListNode) and node.items and all(map(_is_binding, node.items)):
            bindings = tuple(self._binding(item, what) for item in node.items if _is_binding(item))
            return CollectedOutputs(bindings, node.place)
        if isinstance(node, ScalarNode) and node.kind == TEXT and node.text:
            if is_binding(node.text):
                return self._binding(node, what)
            return self._type(node, what, or_constant=True)
        if isinstance(node, BrokenNode):
            return TypeClaim("any", node.place)
        message = f"{what} is {in_words(node)}, not a type or a binding"
        if isinstance(node, ListNode):
            way = "list bindings and nothing else, or write a constant as {value: [...]}"
        else:
            value = quoted(node.text)[1:-1] if node.text else "..."
            way = f"write a constant as {{value: {value}}}"
        self._problems.add(BAD_SHAPE, node.place, message, way)
        return TypeClaim("any", node.place)

    def _binding(self, node: ScalarNode, what: str) -> OutputBinding:
        vertex, _, output = node.text.strip().partition(".")
        if not (is_name(vertex) and is_name(output)):
            message = f"{what} is bound to {named(node.text)}, which is not `vertex.output`"
            way = (
                f"bind it with exactly one dot, or write a constant: {{value: {quoted(node.text)}}}"
            )
            self._problems.add(BAD_SHAPE, node.place, message, way)
            return OutputBinding("", "", node.place)
        return OutputBinding(vertex, output, node.place)

    def _constant(self, node: MappingNode, what: str) -> Constant:
        example = "{value: 3}"
        entries = self._parts.known(node, what, (CONSTANT_KEY,), example) or {}
        if CONSTANT_KEY not in entries:
            if not entries and node.is_whole:
                message = f"{what} is a mapping without `{CONSTANT_KEY}`"
                self._problems.add(BAD_SHAPE, node.place, message, f"write it as {example}")
            return Constant(None, node.place)
        value = read_constant(entries[CONSTANT_KEY][1], f"constant {what}", self._problems)
        return Constant(value, node.place)

    def _type(self, node: Node, what: str, *, or_constant: bool = False) -> TypeClaim:
        written = self._parts.text(node, what)
        if written is None:
            return TypeClaim("any", node.place)
        text = written.text
        if text not in self._types:
            try:
                read_type_name(text)
                self._types[text] = None
            except TypeNameError as error:
                self._types[text] = error.with_traceback(None)  # it would hold frames
        fault = self._types[text]
        if fault is not None:
            message = f"{what} has the type {named(text)}: {fault.reason}"
            notes: tuple[str, ...] = ()
            if or_constant and fault.is_unknown:
                notes = (f"a constant is written {{value: {quoted(text)}}}",)
            self._problems.add(
                UNKNOWN_TYPE, written.place, message, lambda: fault.help, notes=notes
            )
        return TypeClaim(text, written.place)
