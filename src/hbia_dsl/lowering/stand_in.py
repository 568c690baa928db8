"""A function for type checkers in the place of one that no source code can name.

A lambda, a partial or a function inside another cannot be called by a text. Its
annotations can still be judged: they become the signature of a function that is declared
where it is called. That proves the edges, not that the function keeps its word.
"""

import functools
import types

import attrs

from hbia_dsl.lowering.type_source import ANY_SOURCE, TypeSource, type_source_of
from hbia_dsl.typeforms.hint_reading import read_hints
from hbia_dsl.wiring.requirement import is_type
from hbia_dsl.wiring.wired_flow import WiredVertex


@attrs.frozen
class StandIn:
    """The signature of a function without a name."""

    parameters: tuple[tuple[str, TypeSource | None], ...]
    """Name and type of each parameter that the flow gives; None if its type has no name."""
    returns: TypeSource | None
    reason: str
    """Why the function has no name: a clause after "it is"."""


def stand_in_for(vertex: WiredVertex) -> StandIn:
    """Return the signature that stands for a vertex."""
    hints = read_hints(vertex.handler)
    claims = {name: v for name, v in vertex.declaration.inputs.items() if is_type(v)}
    unresolved = {hint.name for hint in hints.unresolved}
    parameters: list[tuple[str, TypeSource | None]] = []
    for binding in vertex.bindings:
        if not binding.is_passed:
            continue
        name = binding.parameter
        form = claims.get(name, hints.parameters.get(name))
        if name in unresolved:
            source = None
        elif name in claims or name in hints.parameters:
            source = type_source_of(form, with_variables=True)
        else:
            source = ANY_SOURCE
        parameters.append((name, source))
    returns = type_source_of(vertex.returns, with_variables=True)
    return StandIn(tuple(parameters), returns, why_unnamed(vertex.handler))


def why_unnamed(handler: object) -> str:
    """Say what a function is that no source code can name: a clause after "it is"."""
    if isinstance(handler, functools.partial):
        return "a `functools.partial`"
    if isinstance(handler, types.MethodType):
        return "a method of an object that no module holds in a variable"
    name = str(getattr(handler, "__qualname__", ""))
    if name.endswith("<lambda>"):
        return "a lambda"
    if "<locals>" in name:
        return f"local to `{name.partition('.<locals>')[0].rpartition('.')[2]}`"
    if getattr(handler, "__module__", None) == "__main__":
        return "in a program that no other module can import"
    return "not what its name leads to in its module"
