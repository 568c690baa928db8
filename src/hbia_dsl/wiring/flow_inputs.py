"""The inputs that a flow declares: fields of a class, or parameters of a function."""

import functools
import inspect
from collections.abc import Callable, Iterable

import attrs

from hbia_dsl.typeforms.hint_reading import read_hints
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.inputs_report import RESERVED_INPUT_NAMES, InputsReport
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.record_fields import fields_of_record, record_kind
from hbia_dsl.wiring.signature import UNREADABLE


@attrs.frozen
class DeclaredInput:
    """One input as the class or the function declares it."""

    name: str
    """Name of the field (also if the constructor calls it otherwise) or of the parameter."""
    form: object
    """Its type; `UNREADABLE` if it is not known."""
    required: bool
    """Whether a run must give it."""
    keyword: str | None
    """What a run calls it; None if a run cannot give it, because the class fills it itself."""
    may_be_missing: bool = False
    """Whether a run without it has no value for it at all."""


def read_inputs(
    source: Callable[..., object], problems: Problems, local_names: LocalNames | None = None
) -> dict[str, DeclaredInput]:
    """Read what a flow takes, in the order of the class or the function.

    Args:
        source: An attrs class, dataclass, NamedTuple, TypedDict or function.
        problems: Takes what is wrong with it.
        local_names: Names for annotations that are text.
    """
    report = InputsReport(problems, source)
    found: Iterable[DeclaredInput] = ()
    if record_kind(source) is not None:
        found = _of_record(source, report, local_names)
    elif inspect.isroutine(source) or isinstance(source, functools.partial):
        found = _of_function(source, report, local_names)
    else:
        report.unusable()
    inputs = {declared.name: declared for declared in found}
    for declared in inputs.values():
        if {declared.name, declared.keyword} & RESERVED_INPUT_NAMES:
            report.reserved(declared.name)
    return inputs


def _of_record(
    source: Callable[..., object], report: InputsReport, local_names: LocalNames | None
) -> Iterable[DeclaredInput]:
    kind = record_kind(source)
    if kind is None:
        return
    for field in fields_of_record(source, kind, local_names):
        if field.unresolved is not None:
            report.unresolved(field.unresolved)
        yield DeclaredInput(
            field.name,
            field.form if field.unresolved is None else UNREADABLE,
            required=field.keyword is not None and not field.has_default,
            keyword=field.keyword,
            may_be_missing=field.may_be_missing,
        )


def _of_function(
    source: Callable[..., object], report: InputsReport, local_names: LocalNames | None
) -> Iterable[DeclaredInput]:
    hints = read_hints(source)
    if hints.unresolved and local_names is not None:
        hints = read_hints(source, local_names())
    unresolved = {hint.name: hint for hint in hints.unresolved}
    for parameter in read_parameters(source):
        name = parameter.name
        if parameter.kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD):
            report.variadic(name)
            continue
        form = hints.parameters.get(name, UNREADABLE)
        if name in unresolved:
            report.unresolved(unresolved[name])
        elif form is UNREADABLE:
            report.unannotated(name)
        yield DeclaredInput(name, form, not parameter.has_default, name)
