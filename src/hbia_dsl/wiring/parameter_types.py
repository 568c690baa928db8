"""The declared types of a vertex's parameters, as text for people.

A binding says where a value comes from. Drawings and locks also say what the parameter
asks for; that is read once more from the function, and is text from then on.
"""

import typing
from collections.abc import Mapping

import attrs

from hbia_dsl.typeforms.hint_reading import read_hints
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import Rule
from hbia_dsl.wiring.requirement import is_type
from hbia_dsl.wiring.wired_flow import WiredVertex


@attrs.frozen
class ParameterType:
    """What one parameter takes."""

    text: str
    """The type as its author would write it; `?` if there is none."""
    form: object = None
    """The annotation; None if it is only known as text."""


def parameter_types(vertex: WiredVertex) -> Mapping[str, ParameterType]:
    """Return the declared type of each parameter that the vertex binds, in their order."""
    hints = read_hints(vertex.handler)
    unresolved = {hint.name: hint.text for hint in hints.unresolved}
    found: dict[str, ParameterType] = {}
    for binding in vertex.bindings:
        name = binding.parameter
        claim = vertex.declaration.inputs.get(name)
        if name in hints.parameters:
            found[name] = _typed(hints.parameters[name], collects=binding.rule is Rule.FAN_IN)
        elif name in unresolved:  # it names something that only the flow's author could see
            found[name] = ParameterType(unresolved[name])
        elif claim is not None and is_type(claim):
            found[name] = _typed(claim, collects=False)
        else:
            found[name] = ParameterType("?")
    return found


def _typed(form: object, *, collects: bool) -> ParameterType:
    if not collects:
        return ParameterType(display(form), form)
    items = typing.get_args(typing.get_args(form)[0])
    return ParameterType(f"All[{display(items[0])}]", items[0])
