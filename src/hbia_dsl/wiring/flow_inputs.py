"""The inputs that a flow declares: fields of the class, or parameters of the function, of `inputs=`."""

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from hbia_dsl.typeforms.hint_reading import read_hints
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.found_inputs import RESERVED_INPUT_NAMES
from hbia_dsl.wiring.input_report import InputsReport
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.record_fields import UnresolvedFieldError, fields_of_record, record_kind
from hbia_dsl.wiring.signature import UNREADABLE, LocalNames


@attrs.frozen
class DeclaredInput:
    """One input as the class or the function declares it."""

    name: str
    """Name of the field (also if the constructor calls it otherwise) or of the parameter."""
    form: object
    required: bool
    """Whether a run must give it."""
    is_given: bool = True
    """Whether a run can give it; a field that the class fills itself cannot be given."""
    may_be_missing: bool = False
    """Whether a run without it has no value for it at all."""


def read_inputs(
    source: Callable[..., object], problems: Problems, localns: LocalNames | None = None
) -> dict[str, DeclaredInput]:
    """Read what a flow takes, in the order of the class or the function.

    Args:
        source: An attrs class, dataclass, NamedTuple, TypedDict or function.
        problems: Takes what is wrong with it.
        localns: Gives names for annotations that are text.
    """
    report = InputsReport(problems, source)
    kind = record_kind(source)
    if kind is not None:
        found = _from_record(source, report, localns)
    elif inspect.isroutine(source) or isinstance(source, functools.partial):
        found = _from_function(source, report, localns)
    else:
        report.unusable()
        found = []
    return {declared.name: declared for declared in found}


def _from_record(
    source: Callable[..., object], report: InputsReport, localns: LocalNames | None
) -> list[DeclaredInput]:
    kind = record_kind(source)
    assert kind is not None
    try:
        fields = fields_of_record(source, kind)
    except UnresolvedFieldError as problem:
        ...
