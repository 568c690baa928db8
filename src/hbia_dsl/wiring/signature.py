"""What one declared function requires and provides, read from its signature.

This is the only place that looks at a user's function. Whatever is wrong with it is
added to the report and the rest is read all the same, so that one slip does not hide
the others.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType
from typing import Any, Final, get_overloads

import attrs

from hbia_dsl.declare.declaration import (
    AtomicDeclaration,
    VertexDeclaration,
    declaration_of,
    underlying,
)
from hbia_dsl.declare.out_reference import OutReference
from hbia_dsl.typeforms.hint_reading import RETURN, Hints, read_hints
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import MISSING, Parameter, read_parameters
from hbia_dsl.wiring.binding import INPUT
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.output_names import (
    UnresolvedFieldError,
    UnsplittableResultError,
    parts_of_result,
)
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.requirement import ABSENT, ANNOTATED, Requirement, read_requirement
from hbia_dsl.wiring.restatement import Restatement
from hbia_dsl.wiring.signature_report import SignatureReport, bad_vertex_name, not_a_vertex
from hbia_dsl.wiring.wired_flow import OutputPart


class Unreadable:
    """The type of a value that could not be read; the reason is in the report already."""

    def __repr__(self) -> str:
        return "?"


UNREADABLE: Final = Unreadable()

_PLAIN: Final = VertexDeclaration()
_NO_KEYWORDS: Final[frozenset[str]] = frozenset()


@attrs.frozen(eq=False)
class VertexSignature:
    """A vertex as its function declares it; nothing is known of other vertices yet."""

    name: str
    order: int
    """Its place in the flow."""
    handler: Callable[..., object]
    declaration: VertexDeclaration
    atomic: AtomicDeclaration | None
    requirements: tuple[Requirement, ...]
    """The parameters that could be read, in their order."""
    keywords: frozenset[str]
    is_async: bool
    returns: object
    """`UNREADABLE` if it is not known."""
    output: str
    parts: tuple[OutputPart, ...]
    overloads: tuple[object, ...] = ()
    """The results that it may have instead, one for each `@overload`; which, nobody can tell."""
    stated: Restatement | None = None
    """What a document says about it."""


class SignatureReader:
    """Reads the vertices of one flow."""

    def __init__(self, problems: Problems, local_names: LocalNames | None = None) -> None:
        self._problems = problems
        self._local_names = local_names
        self._keyword_sets: dict[frozenset[str], frozenset[str]] = {}

    def read(
        self, fn: Callable[..., object], order: int, stated: Restatement | None = None
    ) -> VertexSignature | None:
        """Read one vertex; None if nothing can be said about it."""
        if type(fn) is not FunctionType:
            fn = underlying(fn)
        declared = declaration_of(fn) if stated is None else stated.whole_declaration
        told = None if declared is None else declared.vertex
        if told is None:
            self._problems.add(order, not_a_vertex(fn, order))
            given: object = fn  # callers without a type checker pass anything
            if not callable(given):
                self._problems.is_provider_unknown = True
                return None
            # Read on as if it were decorated: what is missing then is a problem of its own.
            told = _PLAIN
        name = self._read_name(told, fn, order)
        report = SignatureReport(self._problems, fn, name, order)
        hints = self._read_hints(fn, stated)
        parameters = _parameters(fn, report)
        requirements = _read_quickly(told, parameters, hints.parameters)
        if requirements is None:
            requirements = self._read_parameters(told, parameters, hints, report)
        returns = _read_returns(fn, hints, report)
        output, parts = self._read_outputs(name, told, returns, report)
        return VertexSignature(
            name,
            order,
            fn,
            told,
            None if declared is None else declared.atomic,
            requirements if stated is None else _as_stated(requirements, stated),
            self._keywords(parameters),
            is_coroutine_function(fn),
            returns,
            output,
            parts,
            _overloaded_results(fn),
            stated,
        )

    def _read_name(self, told: VertexDeclaration, fn: Callable[..., object], order: int) -> str:
        name = told.name or _own_name(fn)
        if name is None or name == INPUT or not name.isidentifier():
            self._problems.add(order, bad_vertex_name(fn, name))
            return f"vertex_{order + 1}"
        return name

    def _read_hints(self, fn: Callable[..., object], stated: Restatement | None) -> Hints:
        hints = read_hints(fn)
        if hints.unresolved and self._local_names is not None:
            hints = read_hints(fn, localns=self._local_names())
        if stated is None:
            return hints
        forms = {name: stated.annotation(name, form) for name, form in hints.parameters.items()}
        return attrs.evolve(hints, parameters=forms)

    def _read_parameters(
        self,
        told: VertexDeclaration,
        parameters: tuple[Parameter, ...],
        hints: Hints,
        report: SignatureReport,
    ) -> tuple[Requirement, ...]:
        found: list[Requirement] = []
        unresolved = {hint.name: hint for hint in hints.unresolved}
        for parameter in parameters:
            name, kind = parameter.name, parameter.kind
            if kind is _STAR or kind is _TWO_STARS:
                report.variadic(name, "*" if kind is _STAR else "**")
                continue
            if name in unresolved:
                report.unresolved(unresolved[name])
                continue
            form = hints.parameters.get(name, ABSENT)
            requirement = read_requirement(parameter, form, told, report)
            if requirement is not None:
                found.append(requirement)
        meant = _report_unknown(told, parameters, report) if told.inputs else ()
        return tuple(r for r in found if r.name not in meant)

    def _keywords(self, parameters: tuple[Parameter, ...]) -> frozenset[str]:
        if not parameters or parameters[-1].kind <= _POSITIONAL_OR_KEYWORD:
            return _NO_KEYWORDS
        names = frozenset([p.name for p in parameters if p.kind is _KEYWORD_ONLY])
        return self._keyword_sets.setdefault(names, names)

    def _read_outputs(
        self, name: str, told: VertexDeclaration, returns: object, report: SignatureReport
    ) -> tuple[str, tuple[OutputPart, ...]]:
        names = told.outputs
        if not isinstance(names, tuple):
            return names or name, ()
        if name in names:
            report.unsplittable(
                f"`{name}` is the name of the whole result", "give that part another name"
            )
        elif returns is not UNREADABLE:
            try:
                return name, parts_of_result(returns, names, self._local_names)
            except UnsplittableResultError as problem:
                report.unsplittable(problem.reason, problem.help)
            except UnresolvedFieldError as problem:
                report.unresolved_field(problem.class_name, problem.hint)
        unread = (n for n in names if n != name)
        return name, tuple(OutputPart(n, UNREADABLE, n) for n in unread)


def is_coroutine_function(fn: object) -> bool:
    """Whether calling `fn` gives a coroutine: also through partials, methods and `__call__`."""
    return not _is_plainly_sync(fn) and _is_or_calls(inspect.iscoroutinefunction, fn)


def _read_quickly(
    told: VertexDeclaration, parameters: tuple[Parameter, ...], forms: Mapping[str, object]
) -> tuple[Requirement, ...] | None:
    """Read parameters of which there is nothing to read but the annotations: nearly all.

    Returns:
        None if any of them needs a closer look.
    """
    if told.inputs or told.references:
        return None
    found = []
    for parameter in parameters:
        name = parameter.name
        form = forms.get(name, ABSENT)
        if (
            form is ABSENT
            or type(form) is ANNOTATED
            or parameter.kind is _STAR
            or parameter.kind is _TWO_STARS
            or type(parameter.default) is OutReference
        ):
            return None
        found.append(Requirement(name, form, parameter.has_default))
    return tuple(found)


def _as_stated(
    requirements: tuple[Requirement, ...], stated: Restatement
) -> tuple[Requirement, ...]:
    """Mark the parameters that a document has the value of, and those that it leaves out."""
    return tuple(
        attrs.evolve(r, explicit=None, is_constant=True)
        if r.name in stated.constants
        else attrs.evolve(r, is_left_out=r.explicit is None)
        for r in requirements
    )


def _read_returns(fn: Callable[..., object], hints: Hints, report: SignatureReport) -> object:
    if not _is_plainly_sync(fn) and _is_or_calls(inspect.isasyncgenfunction, fn):
        report.async_generator()
        return UNREADABLE
    for hint in hints.unresolved:
        if hint.name == RETURN:
            report.unresolved(hint)
            return UNREADABLE
    return Any if hints.returns is MISSING else hints.returns


def _overloaded_results(fn: Callable[..., object]) -> tuple[object, ...]:
    function = getattr(fn, "__func__", fn)
    if type(function) is not FunctionType:
        return ()
    overloads = get_overloads(function)
    if not overloads:
        return ()
    results = (read_hints(overload).returns for overload in overloads)
    return tuple(Any if result is MISSING else result for result in results)


def _report_unknown(
    told: VertexDeclaration, parameters: tuple[Parameter, ...], report: SignatureReport
) -> list[str]:
    """Report bindings of parameters that are not there; return those that were meant instead."""
    known = [p.name for p in parameters]
    unbound = [name for name in known if name not in told.inputs]
    meant = []
    for written, source in told.inputs.items():
        if written not in known:
            near = report.unknown_parameter(written, source, known)
            if near in unbound:
                meant.append(near)
    return meant


def _parameters(fn: Callable[..., object], report: SignatureReport) -> tuple[Parameter, ...]:
    try:
        parameters = read_parameters(fn)
        if isinstance(fn, functools.partial) and fn.keywords:
            # What the partial fixes is settled: it must not turn into an input of the flow.
            return tuple(p for p in parameters if p.name not in fn.keywords)
        return parameters
    except ValueError:
        report.no_signature()
        return ()


def _is_plainly_sync(fn: object) -> bool:
    """Whether a glance shows that a function is not async; most are not."""
    return (
        type(fn) is FunctionType
        and not fn.__code__.co_flags & _ASYNC_FLAGS
        and (len(fn.__dict__) < 2 or not _CAN_BE_MARKED)
    )


def _is_or_calls(test: Callable[[object], bool], fn: object) -> bool:
    while isinstance(fn, functools.partial):
        fn = fn.func
    if test(fn):
        return True
    if isinstance(fn, FunctionType | MethodType):
        return False
    return test(getattr(type(fn), "__call__", None))  # noqa: B004 - the method itself is wanted


def _own_name(fn: object) -> str | None:
    """Return the name that a function was defined with."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    name = getattr(fn, "__name__", None)
    return name if isinstance(name, str) else None


_ASYNC_FLAGS: Final = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_CAN_BE_MARKED: Final = hasattr(inspect, "markcoroutinefunction")
"""Whether an attribute of a function may say that it returns a coroutine (Python 3.12)."""

_POSITIONAL_OR_KEYWORD: Final = ParameterKind.POSITIONAL_OR_KEYWORD
_KEYWORD_ONLY: Final = ParameterKind.KEYWORD_ONLY
_STAR: Final = ParameterKind.VAR_POSITIONAL
_TWO_STARS: Final = ParameterKind.VAR_KEYWORD
