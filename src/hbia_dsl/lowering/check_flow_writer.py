"""One flow as a typed function, for a type checker.

Every vertex is first asked for its type, then called. What the checker cannot judge even
so is noted: whoever reads the report learns it.
"""

from collections.abc import Mapping
from typing import Any, Final, Never, NoReturn

import attrs

from hbia_dsl.lowering.check_place import CheckPlace, LineKind, Unproven
from hbia_dsl.lowering.check_writer import SOMETIMES, CheckWriter
from hbia_dsl.lowering.flow_names import FlowNames
from hbia_dsl.lowering.lower_flow import LoweredFlow
from hbia_dsl.lowering.lowered_call import LoweredArgument, LoweredCall
from hbia_dsl.lowering.source_text import argument_text, comment_of
from hbia_dsl.lowering.stand_in import StandIn
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.binding import Binding
from hbia_dsl.wiring.record_fields import RecordKind, fields_of_record, record_kind
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex

STAND_IN_SUFFIX: Final = "__as_annotated"
"""Follows the name of a vertex in the name of the function that stands for it."""

_NEVER: Final = (Never, NoReturn)


class CheckFlowWriter:
    """Writes one flow."""

    def __init__(
        self,
        writer: CheckWriter,
        number: int,
        lowered: LoweredFlow,
        names: FlowNames,
        stand_ins: Mapping[str, StandIn],
    ) -> None:
        self._writer = writer
        self._number = number
        self._lowered = lowered
        self._names = names
        self._stand_ins = stand_ins

    def write(self, function: str) -> None:
        """Write the flow as a function."""
        flow, line = self._lowered.flow, self._writer.line
        is_async = any(vertex.is_async for vertex in flow.vertices.values())
        line("")
        line("")
        line(f"{'async ' if is_async else ''}def {function}(")
        for parameter in self._lowered.parameters:
            text = parameter.type_text or self._writer.any_text
            place = self._place(LineKind.INPUTS, parameter=parameter.input or "")
            line(f"    {parameter.name}: {text},", place)
            if parameter.type_text is None:
                what = "the connection" if parameter.resource is not None else "the input"
                self._is_unproven(
                    "", f"{what} `{parameter.input or parameter.name}`", _UNNAMED_TYPE
                )
        line(") -> None:")
        if self._names.inputs_object is not None:
            for name in _missable_keys(flow):
                line(f"    assert {name!r} in inputs")
        self._write_inputs_call()
        if not flow.vertices:
            line("    pass")
        for call in self._lowered.calls:
            self._write_vertex(call)

    def _write_inputs_call(self) -> None:
        """Call the function that declares the inputs: so it is judged that their types are its."""
        declared = self._lowered.flow.inputs_from
        name = self._names.inputs_function
        if name is None or declared is None:
            return
        self._writer.line(f"    if {SOMETIMES}:")
        here = self._place(LineKind.INPUTS)
        self._writer.line(f"        _ = {self._writer.imports.expression(name)}(", here)
        kinds = {p.name: p.kind for p in read_parameters(declared)}
        for parameter in self._lowered.parameters:
            if parameter.resource is not None:
                continue
            given = parameter.input or ""
            by_position = kinds.get(given) == ParameterKind.POSITIONAL_ONLY
            head = "" if by_position else f"{given}="
            place = self._place(LineKind.INPUTS, parameter=given)
            self._writer.line(f"            {head}{parameter.name},", place)
        self._writer.line("        )", here)

    def _write_vertex(self, call: LoweredCall) -> None:
        vertex = call.vertex
        callee = call.callee
        if callee is None:
            callee = self._write_stand_in(vertex)
        self._writer.line(
            f"    reveal_type({callee})", self._place(LineKind.VERTEX, vertex=vertex.name)
        )
        self._report_any(vertex)
        wait = "await " if vertex.is_async else ""
        if vertex.returns in _NEVER:
            # What follows a call that never returns is unreachable, and nobody judges it.
            self._writer.line(f"    {call.variable}: {self._writer.any_text} = None")
            self._writer.line(f"    if {SOMETIMES}:")
            self._write_call(call, f"{wait}{callee}", "        ")
            return
        self._write_call(call, f"{call.variable} = {wait}{callee}", "    ")
        if self._writer.reveal_results:
            self._writer.line(
                f"    reveal_type({call.variable})",
                self._place(LineKind.RESULT, vertex=vertex.name),
            )

    def _write_call(self, call: LoweredCall, head: str, indent: str) -> None:
        here = self._place(LineKind.CALL, vertex=call.vertex.name)
        self._writer.line(f"{indent}{head}(", here)
        for argument in call.arguments:
            self._write_argument(call.vertex, argument, f"{indent}    ")
        self._writer.line(f"{indent})", here)

    def _write_argument(self, vertex: WiredVertex, argument: LoweredArgument, indent: str) -> None:
        binding = argument.binding
        place = self._place(
            LineKind.ARGUMENT, vertex=vertex.name, parameter=argument.parameter, binding=binding
        )
        comment = comment_of(binding)
        if not argument.items:
            self._writer.line(f"{indent}{argument_text(argument)},  # {comment}", place)
            return
        name = "" if argument.by_position else f"{argument.parameter}="
        self._writer.line(f"{indent}{name}[  # {comment}", place)
        for item in argument.items:
            of_item = attrs.evolve(place, source=item.name)
            self._writer.line(f"{indent}    {item.expression},  # <- {item.name}", of_item)
        self._writer.line(f"{indent}],", place)

    def _write_stand_in(self, vertex: WiredVertex) -> str:
        """Declare a function in the place of one that has no name."""
        stand_in, writer = self._stand_ins[vertex.name], self._writer
        name = f"{vertex.name}{STAND_IN_SUFFIX}"
        place = self._place(LineKind.CALL, vertex=vertex.name)
        writer.line(f"    {'async ' if vertex.is_async else ''}def {name}(", place)
        self._is_unproven(
            vertex.name,
            f"`{vertex.name}`",
            f"is {stand_in.reason}, so its annotations were judged in its place",
        )
        for parameter, source in stand_in.parameters:
            text = writer.any_text if source is None else source.text(writer.imports)
            writer.line(f"        {parameter}: {text},", place)
            if source is None:
                subject = f"`{parameter}` of `{vertex.name}`"
                self._is_unproven(vertex.name, subject, _UNNAMED_TYPE)
        returns = stand_in.returns
        text = writer.any_text if returns is None else returns.text(writer.imports)
        writer.line(f"    ) -> {text}:", place)
        # Text for a type checker, which is never run: only the signature is judged.
        writer.line("        raise NotImplementedError")
        if returns is None:
            self._is_unproven(vertex.name, f"the result of `{vertex.name}`", _UNNAMED_TYPE)
        return name

    def _report_any(self, vertex: WiredVertex) -> None:
        """Report results of type `Any`: every edge from one fits, and so does every use."""
        forms = {part.name: part.form for part in vertex.parts}
        forms.setdefault(vertex.output, vertex.returns)
        for name, form in forms.items():
            if form is Any:
                subject = f"`{vertex.name}`" if name == vertex.name else f"`{vertex.name}.{name}`"
                self._is_unproven(vertex.name, f"the value of {subject}", _ANY_RESULT)

    def _is_unproven(self, vertex: str, subject: str, reason: str) -> None:
        self._writer.unproven.append(Unproven(self._number, vertex, subject, reason))

    def _place(
        self,
        kind: LineKind,
        *,
        vertex: str = "",
        parameter: str = "",
        binding: Binding | None = None,
    ) -> CheckPlace:
        return CheckPlace(kind, self._number, vertex, parameter, binding)


_UNNAMED_TYPE: Final = "has a type that source code cannot name, so `Any` stood for it"
_ANY_RESULT: Final = "is `Any`, which fits everywhere"


def _missable_keys(flow: WiredFlow) -> list[str]:
    """Name the keys that an input of the flow may lack; a run fills them by defaults."""
    declared = flow.inputs_from
    if declared is None or record_kind(declared) is not RecordKind.TYPED_DICT:
        return []
    fields = fields_of_record(declared, RecordKind.TYPED_DICT)
    return [field.name for field in fields if field.may_be_missing]
