"""A document as the text of a Python module: one decorated function for each vertex.

The text is what a person would write and `ruff format` leaves alone: types from the
document, bindings as `inputs=`, and bodies that say that they are to be written.
"""

from collections.abc import Iterable, Iterator, Mapping

from hbia_dsl.cli.call_layout import laid_out, source_of
from hbia_dsl.cli.python_names import PythonNames, class_name, code_names, field
from hbia_dsl.cli.python_type import annotation_of
from hbia_dsl.cli.stub_of_vertex import Stub, stub_of
from hbia_dsl.documents.document import Document, DocumentFlow, DocumentGroup, TypeClaim
from hbia_dsl.wiring.inputs_report import RESERVED_INPUT_NAMES


def module_of_document(document: Document, name: str) -> str:
    """Return the text of a module.

    Args:
        document: What to write.
        name: The name of the document, for the docstring.
    """
    names = PythonNames()
    group_of = {m.text: group for group in document.groups.values() for m in group.vertices}
    flows = [_FlowText(flow, names, group_of) for flow in document.flows.values()]
    blocks = [block for flow in flows for block in flow.blocks()]
    return "\n\n\n".join([_head(name, blocks, is_atomic=bool(group_of)), *blocks]) + "\n"


def _head(name: str, blocks: Iterable[str], *, is_atomic: bool) -> str:
    text = "\n".join(blocks)
    lines = [f'"""From {name}: every function waits for its body."""', ""]
    if "Mapping[" in text:
        lines.append("from collections.abc import Mapping")
    if ": Final[" in text:
        lines.append("from typing import Final")
    if lines[-1]:
        lines.append("")
    if "@attrs.frozen" in text:
        lines.append("import attrs")
    ours = [
        *(["All"] if ": All[" in text else []),
        "Flow",
        *(["atomic"] if is_atomic else []),
        "vertex",
    ]
    lines.append(f"from hbia_dsl import {', '.join(ours)}")
    return "\n".join(lines)


class _FlowText:
    """One flow of a document, as blocks of a module."""

    def __init__(
        self, flow: DocumentFlow, names: PythonNames, group_of: Mapping[str, DocumentGroup]
    ) -> None:
        self._flow = flow
        self._names = names
        # Names of functions first: they are what people will look for.
        self._functions = {name: names.take(name) for name in flow.vertices}
        self._variable = names.take(flow.name, "_flow")
        self._fields = _fields(flow)
        called = code_names(flow.vertices)
        self._stubs = [
            stub_of(
                vertex,
                flow,
                self._functions[name],
                called=called,
                fields=self._fields,
                group=group_of.get(name),
                names=names,
            )
            for name, vertex in flow.vertices.items()
        ]

    def blocks(self) -> Iterator[str]:
        """Yield the classes and functions, and the flow itself."""
        inputs = None
        if self._fields:
            inputs = self._names.take(class_name(self._flow.name, "Inputs"))
            yield self._inputs(inputs)
        for stub in self._stubs:
            yield from self._of_stub(stub)
        parts = [source_of(self._flow.name), *self._functions.values()]
        if inputs is not None:
            parts.append(f"inputs={inputs}")
        yield "\n".join(laid_out(f"{self._variable} = Flow.of", parts))

    def _inputs(self, name: str) -> str:
        lines = ["@attrs.frozen", f"class {name}:"]
        lines += [f'    """What flow `{self._flow.name}` takes."""', ""]
        types = {field: kind for (_, kind), field in self._fields.items()}
        lines += [f"    {field}: {annotation_of(kind)}" for field, kind in types.items()]
        return "\n".join(lines)

    def _of_stub(self, stub: Stub) -> Iterator[str]:
        yield from stub.constants
        returns = stub.outputs[0][1] if stub.outputs else "None"
        if len(stub.outputs) > 1:
            returns = self._names.take(class_name(stub.function, "Result"))
            lines = ["@attrs.frozen", f"class {returns}:"]
            lines += [f'    """What `{stub.function}` gives."""', ""]
            lines += [f"    {field}: {kind}" for field, kind in stub.outputs]
            yield "\n".join(lines)
        undo = stub.undo_text(returns)
        if undo is not None:
            yield undo
        yield stub.text(returns)


def _fields(flow: DocumentFlow) -> dict[tuple[str, str], str]:
    """Return the inputs of a flow: by parameter and type, the name of the field.

    Vertices that declare one parameter with different types get a field each. What is only
    taken as `input.name` has no declared type.
    """
    inputs = [pair for vertex in flow.vertices.values() for pair in vertex.inputs.items()]
    claims = dict.fromkeys(
        (name, given.source.text) for name, given in inputs if isinstance(given.source, TypeClaim)
    )
    declared = {name for name, _ in claims}
    claims |= dict.fromkeys(
        (binding.output, "any")
        for _, given in inputs
        for binding in given.bindings
        if binding.vertex not in flow.vertices and binding.output not in declared
    )
    free = PythonNames()
    return {
        claim: free.take(f"{claim[0]}_" if claim[0] in RESERVED_INPUT_NAMES else field(claim[0]))
        for claim in claims
    }
