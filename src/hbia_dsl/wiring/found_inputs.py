"""The inputs of a flow that does not declare any: found while its vertices are wired.

A weak type that nothing provides becomes an input, called like the parameter. All
parameters that take an input must agree on its type.
"""

import attrs

from hbia_dsl.wiring.binding import INPUT, OutputName
from hbia_dsl.wiring.inputs_report import (
    RESERVED_INPUT_NAMES,
    input_type_clash,
    reserved_input,
)
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.requirement import Requirement
from hbia_dsl.wiring.signature import VertexSignature


@attrs.define
class FoundInput:
    """An input that one parameter or several take."""

    source: tuple[OutputName, ...]
    """Its name, as every binding to it holds it."""
    form: object
    """The type that its first user wants."""
    required: bool
    """Whether any user has no default."""
    first_user: VertexSignature
    first_parameter: str
    is_reported: bool = False
    """Whether a problem with it is in the report already."""


class FoundInputs:
    """The inputs found so far, in flow order."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._found: dict[str, FoundInput] = {}

    def take(
        self, name: str, form: object, vertex: VertexSignature, requirement: Requirement
    ) -> tuple[OutputName, ...]:
        """Let a parameter take an input, which comes into being if it is new."""
        found = self._found.get(name)
        if found is None:
            found = FoundInput(
                (OutputName(INPUT, name),),
                form,
                not requirement.has_default,
                vertex,
                requirement.name,
            )
            self._found[name] = found
            if name in RESERVED_INPUT_NAMES:
                self._problems.add(vertex.order, reserved_input(name, vertex, requirement.name))
            return found.source
        if form is not found.form and form != found.form and not found.is_reported:
            found.is_reported = True  # one report an input: whoever else disagrees follows
            self._problems.add(
                vertex.order,
                input_type_clash(
                    name,
                    (found.first_user, found.first_parameter, found.form),
                    (vertex, requirement.name, form),
                ),
            )
        if not requirement.has_default:
            found.required = True
        return found.source

    def in_order(self) -> dict[str, FoundInput]:
        """Return the inputs by name, in the order in which the flow first takes them."""
        return self._found
