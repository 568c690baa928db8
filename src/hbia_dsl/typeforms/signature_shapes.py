"""A method's signature as a shape.

An annotation that is left out counts as `Any`, as type checkers have it; one that cannot
be resolved is unreadable and leaves the others alone.
"""

from collections.abc import Coroutine
from types import FunctionType
from typing import Any, Final

from hbia_dsl.typeforms.hint_reading import RETURN, Hints, read_hints
from hbia_dsl.typeforms.shape_reading import read_shape
from hbia_dsl.typeforms.shapes import (
    ANY,
    CallableShape,
    InstanceShape,
    ParameterKind,
    ParameterShape,
    Shape,
    UnreadableShape,
)
from hbia_dsl.typeforms.signature_reading import MISSING, Parameter, read_parameters

_STARRED: Final = (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
_COROUTINE: Final = 0x80
"""The flag of a code object: `inspect.CO_COROUTINE`."""


def method_shape(fn: FunctionType, owner: type, *, drop_first: bool) -> CallableShape | None:
    """Return what a caller of a method sees.

    Args:
        fn: The function in the class body.
        owner: The class.
        drop_first: Whether the first parameter is `self` or `cls`, which a caller does not give.

    Returns:
        The signature; None if `self` is annotated, which may make the method generic in it.
    """
    hints = read_hints(fn, vars(owner))
    parameters = read_parameters(fn)
    if drop_first:
        if not parameters or parameters[0].name in hints.parameters:
            return None
        starred = parameters[0].kind is ParameterKind.VAR_POSITIONAL  # it takes `self` as well
        parameters = parameters if starred else parameters[1:]
    unresolved = {problem.name for problem in hints.unresolved}
    returns = _returns(fn, hints, unresolved)
    return CallableShape(
        tuple(_parameter(p, hints, unresolved, owner) for p in parameters),
        returns,
        typed=bool(hints.parameters or unresolved) or hints.returns is not MISSING,
    )


def _returns(fn: FunctionType, hints: Hints, unresolved: set[str]) -> Shape:
    if RETURN in unresolved:
        return UnreadableShape(RETURN)
    returns = ANY if hints.returns is MISSING else read_shape(hints.returns)
    if fn.__code__.co_flags & _COROUTINE:
        return InstanceShape(Coroutine, (ANY, ANY, returns))
    return returns


def _parameter(
    parameter: Parameter, hints: Hints, unresolved: set[str], owner: type
) -> ParameterShape:
    name, kind = parameter.name, parameter.kind
    if name in unresolved:
        shape: Shape = UnreadableShape(name)
    else:
        shape = read_shape(hints.parameters.get(name, Any))
    starred = kind in _STARRED
    if kind is ParameterKind.POSITIONAL_OR_KEYWORD and _is_private(name, owner):
        kind = ParameterKind.POSITIONAL_ONLY
    named = not starred and kind is not ParameterKind.POSITIONAL_ONLY
    required = not starred and not parameter.has_default
    return ParameterShape(name if named else None, kind, shape, required)


def _is_private(name: str, owner: type) -> bool:
    """Whether a parameter is called `__x`: before Python 3.8 this made it positional only."""
    return name.startswith(f"_{owner.__name__.lstrip('_')}__") and not name.endswith("__")
