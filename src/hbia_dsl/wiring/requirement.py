"""One parameter of a vertex: the type it takes, and what the user said about its source."""

import functools
import types
import typing
from typing import Annotated, Any, Final, NewType, TypeVar

import attrs

from hbia_dsl.declare.declaration import ATTRIBUTE, VertexDeclaration, declaration_of
from hbia_dsl.declare.fan_in import FanIn
from hbia_dsl.declare.out_reference import OutReference
from hbia_dsl.declare.resource_types import ResourceMark
from hbia_dsl.typeforms.signature_reading import Parameter
from hbia_dsl.wiring.signature_report import SignatureReport

ANNOTATED: Final = type(Annotated[int, ""])
"""The class of `Annotated[...]` forms."""

ABSENT: Final = object()
"""Stands for an annotation that is not there."""


@attrs.frozen
class Written:
    """A source of a parameter as the user wrote it, and where."""

    place: str
    """`inputs=`, its default or its annotation, as a message names it."""
    value: object
    """A vertex, a reference, text, or a sequence of these."""


@attrs.frozen
class Requirement:
    """A parameter of a vertex as wiring sees it."""

    name: str
    form: object
    """Its type, without marks; of one item, if it collects."""
    has_default: bool
    explicit: Written | None = None
    """The source that the user named."""
    is_fan_in: bool = False
    """Whether it is `All[...]` and collects."""
    is_resource: bool = False
    """Whether it is marked as a resource of the vertex's atomic group."""
    is_constant: bool = False
    """Whether a document has its value."""
    is_left_out: bool = False
    """Whether a document that states the vertex says nothing of it: nothing is inferred."""


def read_requirement(
    parameter: Parameter, form: object, told: VertexDeclaration, report: SignatureReport
) -> Requirement | None:
    """Read one parameter; what is wrong with it is reported.

    Args:
        parameter: The parameter.
        form: Its annotation; `ABSENT` if it has none.
        told: What `@vertex` was told.
        report: Takes the problems.

    Returns:
        None if its type or its source cannot be known.
    """
    name = parameter.name
    written = []
    if name in told.inputs:
        value = told.inputs[name]
        if is_type(value):
            form = _form_with_claim(name, form, value, report)
        elif not is_source(value) or (isinstance(value, list | tuple) and not _collects(form)):
            report.unusable_source(name, value)
            return None
        else:
            written.append(Written("`inputs=`", value))
    default = told.references.get(name, parameter.default)
    if isinstance(default, OutReference):
        written.append(Written("its default", default))
    is_fan_in = _collects(form)
    form, marks = _without_marks(form)
    written += [Written("its annotation", m) for m in marks if isinstance(m, OutReference)]
    if is_fan_in:
        form = typing.get_args(form)[0]
    if len(written) > 1:
        report.bound_twice(name, [w.place for w in written])
        return None
    if form is ABSENT:
        if not written:
            report.unannotated(name)
            return None
        form = Any  # the user named the source, so whatever it gives is meant
    has_default = parameter.has_default and not isinstance(parameter.default, OutReference)
    is_resource = any(isinstance(mark, ResourceMark) for mark in marks)
    explicit = written[0] if written else None
    return Requirement(name, form, has_default, explicit, is_fan_in, is_resource)


def is_source(value: object) -> bool:
    """Whether a value of `inputs=` names a source, or several.

    A function that is not decorated counts: that mistake has its own report.
    """
    if isinstance(value, list | tuple):
        return all(map(is_source, value))
    return (
        isinstance(value, (str, OutReference, *_FUNCTIONS))
        or (isinstance(value, type) and ATTRIBUTE in vars(value))
        or (not isinstance(value, type) and declaration_of(value) is not None)
    )


def is_type(value: object) -> bool:
    """Whether a value of `inputs=` is a type: for parameters that cannot be annotated."""
    if isinstance(value, type):
        return ATTRIBUTE not in vars(value)
    return (
        value is None
        or value is Any
        or isinstance(value, types.UnionType | TypeVar | NewType)
        or typing.get_origin(value) is not None
        or hasattr(value, "__value__")  # an alias made with `type` or TypeAliasType
    )


_FUNCTIONS: Final = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    staticmethod,
    classmethod,
    functools.partial,
)


def _form_with_claim(name: str, form: object, claim: object, report: SignatureReport) -> object:
    if form is ABSENT:
        return claim
    if form != claim:
        report.typed_twice(name, form, claim)
    return form


def _collects(form: object) -> bool:
    return isinstance(form, ANNOTATED) and any(
        isinstance(mark, FanIn) for mark in getattr(form, "__metadata__", ())
    )


def _without_marks(form: object) -> tuple[object, tuple[object, ...]]:
    if not isinstance(form, ANNOTATED):
        return form, ()
    return form.__origin__, form.__metadata__  # type: ignore[attr-defined]  # every `Annotated` has them
