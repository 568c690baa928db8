"""One vertex of a document as a decorated function without a body."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.cli.call_layout import LONGEST_LINE, laid_out, laid_out_dict, source_of
from hbia_dsl.cli.python_names import WRITTEN, PythonNames, identifier
from hbia_dsl.cli.python_type import annotation_of, annotation_of_constant
from hbia_dsl.documents.document import (
    CollectedOutputs,
    Constant,
    DocumentFlow,
    DocumentGroup,
    DocumentVertex,
    OutputBinding,
    TypeClaim,
)
from hbia_dsl.drawing.card_size import columns
from hbia_dsl.wiring.binding import INPUT

# A line of the module that is written: its reader puts the work in the place of it.
_NOT_WRITTEN_YET: Final = "    raise NotImplementedError"


@attrs.frozen
class Stub:
    """A function to be written."""

    function: str
    """Its name."""
    outputs: Sequence[tuple[str, str]]
    """Name and annotation of each output."""
    constants: Sequence[str]
    """Variables for defaults that can change."""
    decorators: Sequence[str]
    signature: Sequence[str]
    """Its parameters."""
    handler: str
    """The function that the document names."""
    undo: tuple[str, str] | None
    """Name of the function that takes it back, and the one that the document names."""

    def text(self, returns: str) -> str:
        """Return the whole function.

        Args:
            returns: Annotation of its result.
        """
        lines = list(self.decorators)
        lines += laid_out(f"def {self.function}", self.signature, f" -> {returns}:")
        lines += [f'    """Do what `{self.handler}` does."""', _NOT_WRITTEN_YET]
        return "\n".join(lines)

    def undo_text(self, returns: str) -> str | None:
        """Return the function that takes this one back; None if there is none.

        Args:
            returns: Annotation of the result of the function itself.
        """
        if self.undo is None:
            return None
        name, path = self.undo
        parts = ["inputs: Mapping[str, object]", f"output: {returns}"]
        lines = laid_out(f"def {name}", parts, " -> None:")
        lines += [f'    """Do what `{path}` does."""', _NOT_WRITTEN_YET]
        return "\n".join(lines)


def stub_of(
    vertex: DocumentVertex,
    flow: DocumentFlow,
    function: str,
    *,
    called: Mapping[str, str],
    fields: Mapping[tuple[str, str], str],
    group: DocumentGroup | None,
    names: PythonNames,
) -> Stub:
    """Return a vertex as a function.

    Args:
        vertex: The vertex.
        flow: Its flow.
        function: The name of the function.
        called: What each vertex of the flow is called in code.
        fields: The inputs of the flow: by parameter and type, the name of the field.
        group: Its atomic group, if it is in one.
        names: Gives out the names of the module.
    """
    reading = _StubReading(vertex, flow, function, called=called, fields=fields, names=names)
    undo = None
    if vertex.compensate is not None:
        path = vertex.compensate.text
        undo = (names.take(path.rpartition(".")[2]), path)
    return Stub(
        function,
        reading.outputs(),
        reading.constants,
        [*_atomic(vertex, group, undo), *reading.decorator()],
        reading.signature(),
        vertex.handler.text,
        undo,
    )


class _StubReading:
    def __init__(
        self,
        vertex: DocumentVertex,
        flow: DocumentFlow,
        function: str,
        *,
        called: Mapping[str, str],
        fields: Mapping[tuple[str, str], str],
        names: PythonNames,
    ) -> None:
        self._vertex = vertex
        self._flow = flow
        self._function = function
        self._called = called
        self._fields = fields
        self._names = names
        vertices = flow.vertices.values()
        self._given = {*called.values()}
        """Every name under which a value is found by itself, without being bound."""
        for other in vertices:
            self._given.update(output_names(other, called).values())
        self._parameters = PythonNames(()).take_all(vertex.inputs)
        for name, entry in vertex.inputs.items():
            if isinstance(entry.source, Constant):
                self._parameters[name] = self._free(self._parameters[name])
        self.constants: list[str] = []

    def outputs(self) -> list[tuple[str, str]]:
        """Return names and annotations of the outputs."""
        names = output_names(self._vertex, self._called)
        outputs = self._vertex.outputs.items()
        return [(names[name], annotation_of(output.type.text)) for name, output in outputs]

    def decorator(self) -> list[str]:
        """Return the lines of `@vertex`."""
        vertex = self._vertex
        parts: list[str] = []
        bindings = list(self._bindings())
        if bindings:
            parts.append(laid_out_dict("inputs=", bindings, 4))
        names = [_text(name) for name, _ in self.outputs()]
        if len(names) > 1:
            parts.append("\n".join(laid_out("outputs=", names, ",", indent=4)).removesuffix(","))
        elif names and names != [_text(self._called[vertex.name])]:
            parts.append(f"outputs={names[0]}")
        if self._called[vertex.name] != self._function:
            parts.append(f"name={_text(self._called[vertex.name])}")
        if vertex.effect is not None:
            parts.append(f"effect={_text(vertex.effect.text)}")
        if vertex.version is not None:
            parts.append(f"version={_text(vertex.version.text)}")
        return laid_out("@vertex", parts) if parts else ["@vertex"]

    def signature(self) -> list[str]:
        """Return the parameters: first those that are given, then the constants."""
        given: list[str] = []
        fixed: list[str] = []
        for name, entry in self._vertex.inputs.items():
            parameter = self._parameters[name]
            if isinstance(entry.source, Constant):
                fixed.append(self._fixed(parameter, entry.source.value))
            elif isinstance(entry.source, CollectedOutputs):
                kinds = dict.fromkeys(map(self._type_of, entry.source.bindings))
                given.append(f"{parameter}: All[{' | '.join(kinds)}]")
            elif isinstance(entry.source, OutputBinding):
                given.append(f"{parameter}: {self._type_of(entry.source)}")
            else:
                given.append(f"{parameter}: {annotation_of(entry.source.text)}")
        for after in self._only_after():
            result = after.outputs.values()
            kind = annotation_of(next(iter(result)).type.text) if result else "None"
            given.append(f"{_after(after)}: {kind}")
        return [*given, *(["*", *fixed] if fixed else [])]

    def _only_after(self) -> list[DocumentVertex]:
        """Return the vertices that come before without giving this one anything.

        A flow in code has no order without values, so the first output stands for it.
        """
        taken = {b.vertex for entry in self._vertex.inputs.values() for b in entry.bindings}
        return [
            other
            for other in self._flow.vertices.values()
            if other.name not in taken and any(n.text == self._vertex.name for n in other.next)
        ]

    def _free(self, parameter: str) -> str:
        """Return a name for a constant that no value is found under, so that its default holds."""
        taken = {*self._given, *self._fields.values()}
        free = parameter if parameter not in taken else f"{parameter}_constant"
        while free in taken or (free != parameter and free in self._parameters.values()):
            free += "_"
        return free

    def _fixed(self, parameter: str, value: object) -> str:
        text, annotation = source_of(value), annotation_of_constant(value)
        if isinstance(value, list | dict):
            variable = self._names.take(f"{self._function}_{parameter}".upper())
            opening = f"{variable}: Final[{annotation}] = "
            self.constants.append(opening + source_of(value, LONGEST_LINE - columns(opening)))
            text = variable
        return f"{parameter}: {annotation} = {text}"

    def _bindings(self) -> Iterator[tuple[str, str | list[str]]]:
        """Yield what has to be said explicitly: outputs, and inputs that an output shadows."""
        for name, entry in self._vertex.inputs.items():
            parameter, source = self._parameters[name], entry.source
            if isinstance(source, CollectedOutputs):
                yield _text(parameter), [_text(self._name_of(b)) for b in source.bindings]
            elif isinstance(source, OutputBinding):
                yield _text(parameter), _text(self._name_of(source))
            elif isinstance(source, TypeClaim):
                taken_from = self._fields[name, source.text]
                if taken_from != parameter or parameter in self._given:
                    yield _text(parameter), _text(f"{INPUT}.{taken_from}")
        for after in self._only_after():
            first = next(iter(output_names(after, self._called).values()), None)
            name = self._called[after.name]
            whole = name if first is None else f"{name}.{first}"
            yield _text(_after(after)), _text(whole)

    def _name_of(self, source: OutputBinding) -> str:
        """Return what is bound as code names it."""
        vertex = self._flow.vertices.get(source.vertex)
        if vertex is None:  # `input.name`
            return f"{INPUT}.{self._input_of(source)[1]}"
        return f"{self._called[vertex.name]}.{output_names(vertex, self._called)[source.output]}"

    def _type_of(self, source: OutputBinding) -> str:
        vertex = self._flow.vertices.get(source.vertex)
        text = (
            self._input_of(source)[0] if vertex is None else vertex.outputs[source.output].type.text
        )
        return annotation_of(text)

    def _input_of(self, source: OutputBinding) -> tuple[str, str]:
        """Return type and field of the input of the flow that a binding names."""
        return next(
            (kind, field) for (name, kind), field in self._fields.items() if name == source.output
        )


def _after(vertex: DocumentVertex) -> str:
    return f"after_{identifier(vertex.name)}"


def output_names(vertex: DocumentVertex, called: Mapping[str, str]) -> dict[str, str]:
    """Return what the outputs of a vertex are called in code.

    Args:
        vertex: The vertex.
        called: What each vertex of the flow is called.
    """
    is_split = len(vertex.outputs) > 1
    # The name of the vertex is that of the whole result, and parts are fields of a class.
    taken = {*WRITTEN, called[vertex.name]} if is_split else set()
    return PythonNames(taken).take_all(vertex.outputs)


def _atomic(
    vertex: DocumentVertex, group: DocumentGroup | None, undo: tuple[str, str] | None
) -> list[str]:
    if group is None:
        return []
    parts = [f"group={_text(identifier(group.name))}"]
    if group.on_failure != "rollback":
        parts.append(f"on_failure={_text(group.on_failure)}")
    if undo is not None:
        parts.append(f"compensate={undo[0]}")
    elif group.on_failure == "compensate" and not vertex.is_pure:
        parts.append("compensate=None")
    parts += [f"{name}=False" for name in ("no_parallel", "no_cache") if not getattr(group, name)]
    return laid_out("@atomic", parts)


def _text(text: str) -> str:
    return source_of(text)
