"""Defaults that a call must pass, because something behind them takes no keyword."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.binding import Rule
from hbia_dsl.wiring.wired_flow import WiredVertex

_NONE: Final[Mapping[str, object]] = MappingProxyType({})


def defaults_to_pass(vertex: WiredVertex) -> Mapping[str, object]:
    """Return the defaults that a call of a vertex must give by position, by parameter.

    A parameter that can be given by position only is reached over all before it. If one of
    those is left to its default, the default has to be given. There are hardly ever any.
    """
    bindings = vertex.bindings
    left = next((k for k, b in enumerate(bindings) if b.rule is Rule.DEFAULT), len(bindings))
    behind = {b.parameter for b in bindings[left:] if b.is_passed} - vertex.keywords
    if not behind:
        return _NONE
    unnamed = {
        parameter.name: parameter.default
        for parameter in read_parameters(vertex.handler)
        if parameter.kind == ParameterKind.POSITIONAL_ONLY
    }
    reached = [k for k, b in enumerate(bindings) if b.parameter in behind & unnamed.keys()]
    before = bindings[left : max(reached, default=left)]
    return {b.parameter: unnamed[b.parameter] for b in before if b.rule is Rule.DEFAULT}
