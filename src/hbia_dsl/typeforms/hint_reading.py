"""Annotations of a callable, with text resolved, in microseconds and without raising.

`typing.get_type_hints` is slow, stops at the first name that it cannot find, and used to
make `Optional` of a default `None`. Here one bad annotation spoils no other: it is
reported by name, so that a message can say which import is missing.
"""

import sys
from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType, MethodType, NoneType
from typing import Final

import attrs

from hbia_dsl.typeforms.annotation_text import (
    Namespace,
    UnresolvedTextError,
    annotations_of,
    holds_text,
    own_annotations,
    resolve_text,
)
from hbia_dsl.typeforms.signature_reading import MISSING, Missing

_CALL: Final = "__call__"

RETURN: Final = "return"
"""Under this name the annotations of a function hold the type of its result."""


@attrs.frozen
class UnresolvedHint:
    """An annotation that names something that cannot be found."""

    name: str
    """The parameter, or "return"."""
    text: str
    """The annotation, or the part of it that is text."""
    missing_name: str | None
    """The name that was not found; None if the text is not an annotation at all."""


@attrs.frozen
class Hints:
    """The annotations of a callable."""

    parameters: Mapping[str, object]
    """Annotation by parameter; metadata of `Annotated` is kept. Unannotated ones are not in it,
    nor are unresolved ones."""
    returns: object | Missing = MISSING
    """`MISSING` if the result is not annotated, or not resolved."""
    unresolved: tuple[UnresolvedHint, ...] = ()


def read_hints(fn: Callable[..., object], localns: Mapping[str, object] | None = None) -> Hints:
    """Return the annotations of a callable.

    Those of a wrapper are the ones that `functools.wraps` gave it; a partial has those of
    its function; an object with `__call__` those of this method; a class those of its
    constructor, and itself as the result.

    Args:
        fn: Any callable.
        localns: Names beside the globals of the function, which they hide: what was local
            where the function was defined.
    """
    function = fn if type(fn) is FunctionType else _function_of(fn)
    returns: object | Missing = fn if isinstance(fn, type) else MISSING
    parameters: dict[str, object] = {}
    unresolved: list[UnresolvedHint] = []
    names: Namespace | None = None
    for name, form in annotations_of(function).items():
        found: object = form
        # Asking the type first answers for most annotations, and quickly.
        if type(form) is not type and holds_text(form):
            names = names or _namespace_of(fn, function, localns)
            try:
                found = resolve_text(form, names)
            except UnresolvedTextError as problem:
                unresolved.append(UnresolvedHint(name, problem.text, problem.missing_name))
                continue
        if found is NoneType:
            found = None
        if name != RETURN:
            parameters[name] = found
        elif returns is MISSING:
            returns = found
    return Hints(parameters, returns, tuple(unresolved))


def read_class_hints(cls: type, localns: Mapping[str, object] | None = None) -> Hints:
    """Return the annotations in the body of a class and of its bases, nearest first to win.

    Args:
        cls: A class; also a NamedTuple, an attrs class or a dataclass.
        localns: Names beside those of each class's module and body.
    """
    found: dict[str, object] = {}
    unresolved: dict[str, UnresolvedHint] = {}
    for owner in reversed(cls.__mro__):
        names = _class_namespace(owner, localns)
        for name, form in own_annotations(owner).items():
            unresolved.pop(name, None)
            try:
                found[name] = resolve_text(form, names)
            except UnresolvedTextError as problem:
                found.pop(name, None)
                unresolved[name] = UnresolvedHint(name, problem.text, problem.missing_name)
    return Hints(found, MISSING, tuple(unresolved.values()))


def _function_of(fn: object) -> object:
    """Return what carries the annotations of a callable."""
    while isinstance(fn, partial):
        fn = fn.func
    if isinstance(fn, MethodType):
        return fn.__func__
    if isinstance(fn, type):
        made_by_new = fn.__init__ is object.__init__  # type: ignore[misc]  # compared only
        return fn.__new__ if made_by_new else fn.__init__  # type: ignore[misc]  # read only
    if "__annotations__" in getattr(fn, "__dict__", ()):
        return fn  # an object that `functools.wraps` made look like a function
    # Not by asking the object: its annotations would be those of the fields of its class.
    call = getattr(type(fn), _CALL, None)
    return call if isinstance(call, FunctionType) else fn


def _namespace_of(fn: object, function: object, localns: Mapping[str, object] | None) -> Namespace:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if isinstance(fn, type):
        return _class_namespace(fn, localns)
    globalns = getattr(function, "__globals__", None)
    if not isinstance(globalns, dict):
        module = sys.modules.get(getattr(function, "__module__", None) or "")
        globalns = {} if module is None else vars(module)
    type_parameters = getattr(function, "__type_params__", ())
    if type_parameters:
        localns = {**(localns or {}), **{p.__name__: p for p in type_parameters}}
    return Namespace(globalns, localns)


def _class_namespace(cls: type, localns: Mapping[str, object] | None) -> Namespace:
    module = sys.modules.get(cls.__module__)
    globalns = {} if module is None else vars(module)
    # A field may be called like its own type, so what the body defines comes last.
    return Namespace(globalns, ChainMap(dict(localns or {}), globalns, dict(vars(cls))))
