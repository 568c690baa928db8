"""Parameters of a callable: names, kinds and defaults, in microseconds.

`inspect.signature` takes 5 to 10 times as long. It is still asked about everything that
is not a plain function, because it alone knows partials, builtins and `__signature__`.
"""

import enum
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType
from typing import Final, TypeGuard

import attrs

from hbia_dsl.typeforms.shapes import ParameterKind


class Missing(enum.Enum):
    """The one value that stands for nothing: unlike None it is never meant."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@attrs.frozen
class Parameter:
    """One parameter of a callable, without its annotation."""

    name: str
    kind: ParameterKind
    has_default: bool = False
    default: object = MISSING
    """`MISSING` if it has none."""


_POSITIONAL_ONLY: Final = ParameterKind.POSITIONAL_ONLY
_EITHER: Final = ParameterKind.POSITIONAL_OR_KEYWORD
_KEYWORD_ONLY: Final = ParameterKind.KEYWORD_ONLY

_TAKES_ARGS: Final = 0x04
_TAKES_KWARGS: Final = 0x08
"""Flags of a code object: `inspect.CO_VARARGS` and `inspect.CO_VARKEYWORDS`."""


def read_parameters(fn: Callable[..., object]) -> tuple[Parameter, ...]:
    """Return the parameters that a caller of `fn` sees, as `inspect.signature` does.

    A bound method has lost its first one, `functools.partial` those that it fills by
    position; what `functools.wraps` copied is looked through.

    Raises:
        ValueError: The callable has no signature (some builtins).
        TypeError: It is not callable.
    """
    if is_plain_function(fn):
        return _of_function(fn)
    if isinstance(fn, MethodType) and is_plain_function(fn.__func__):
        found = _of_function(fn.__func__)
        if found and found[0].kind <= _EITHER:
            return found[1:]
    return _as_inspect_says(fn)


def is_plain_function(fn: object) -> TypeGuard[FunctionType]:
    """Whether a function is what it seems: nothing wrapped, no signature of its own making."""
    if type(fn) is not FunctionType:
        return False
    attributes = fn.__dict__
    return not attributes or not ("__wrapped__" in attributes or "__signature__" in attributes)


def _of_function(fn: FunctionType) -> tuple[Parameter, ...]:
    code = fn.__code__
    names = code.co_varnames
    positional = code.co_argcount
    named = positional + code.co_kwonlyargcount
    defaults = fn.__defaults__ or ()
    first_default = positional - len(defaults)
    only_positional = code.co_posonlyargcount
    found = [
        Parameter(name, _POSITIONAL_ONLY if index < only_positional else _EITHER)
        for index, name in enumerate(names[:first_default])
    ]
    found += [
        Parameter(name, _POSITIONAL_ONLY if index < only_positional else _EITHER, True, default)  # noqa: FBT003 - it has one
        for index, (name, default) in enumerate(
            zip(names[first_default:positional], defaults, strict=True), start=first_default
        )
    ]
    flags = code.co_flags
    if flags & _TAKES_ARGS:
        found.append(Parameter(names[named], ParameterKind.VAR_POSITIONAL))
    if named > positional:
        found += _keyword_only(names[positional:named], fn.__kwdefaults__ or {})
    if flags & _TAKES_KWARGS:
        last = named + 1 if flags & _TAKES_ARGS else named
        found.append(Parameter(names[last], ParameterKind.VAR_KEYWORD))
    return tuple(found)


def _keyword_only(names: tuple[str, ...], defaults: Mapping[str, object]) -> list[Parameter]:
    return [
        Parameter(name, _KEYWORD_ONLY, name in defaults, defaults.get(name, MISSING))
        for name in names
    ]


def _as_inspect_says(fn: Callable[..., object]) -> tuple[Parameter, ...]:
    import inspect  # loaded where it is used: only for unusual callables

    empty = inspect.Parameter.empty
    return tuple(
        Parameter(
            p.name,
            ParameterKind(p.kind),
            p.default is not empty,
            MISSING if p.default is empty else p.default,
        )
        for p in inspect.signature(fn).parameters.values()
    )
