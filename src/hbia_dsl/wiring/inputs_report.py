"""What to say about the inputs of a flow: declared ones and found ones."""

from collections.abc import Callable
from typing import Final

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_INPUTS,
    INPUT_TYPE_CLASH,
    UNRESOLVED_ANNOTATION,
    UNUSED_INPUT,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import Location, location_of
from hbia_dsl.typeforms.hint_reading import UnresolvedHint
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.problems import AFTER_VERTICES, BEFORE_VERTICES, Problems
from hbia_dsl.wiring.signature import VertexSignature

RESERVED_INPUT_NAMES: Final = frozenset({"parallel"})
"""Keywords that `run` takes itself."""

InputUser = tuple[VertexSignature, str, object]
"""A vertex, its parameter, and the type that it wants."""


class InputsReport:
    """Adds the problems of declared inputs to the report of a flow."""

    def __init__(self, problems: Problems, source: Callable[..., object]) -> None:
        self._problems = problems
        self._source = source
        self._name = name_of_inputs(source)

    def unusable(self) -> None:
        """Report an `inputs=` of a kind that declares no inputs."""
        self._problems.are_inputs_unknown = True
        what = (
            f"the class `{self._name}`, which is no record"
            if isinstance(self._source, type)
            else f"a value of type {type(self._source).__name__}"
        )
        self._add(
            BAD_INPUTS,
            f"`inputs=` of a flow was given {what}",
            None,
            "give an attrs class, a dataclass, a NamedTuple, or a function with annotations",
        )

    def reserved(self, name: str) -> None:
        """Report an input with a name that `run` takes itself."""
        self._add(
            BAD_INPUTS,
            f"an input cannot be called `{name}`, because that is an option of `run`",
            name,
            f"rename `{name}` in `{self._name}`",
        )

    def variadic(self, name: str) -> None:
        """Report a function that takes `*args` or `**kwargs`."""
        self._add(
            BAD_INPUTS,
            f"`{self._name}` takes a variable number of arguments as `{name}`, "
            "so nobody can say which inputs the flow has",
            name,
            "name each input",
        )

    def unannotated(self, name: str) -> None:
        """Report a parameter of the function without an annotation."""
        self._problems.is_provider_unknown = True
        self._add(
            BAD_INPUTS,
            f"the input `{name}` of `{self._name}` has no annotation",
            name,
            f"annotate it: `{name}: SomeType`",
        )

    def unresolved(self, hint: UnresolvedHint) -> None:
        """Report an annotation that names something that cannot be found."""
        self._problems.is_provider_unknown = True
        named = hint.missing_name or hint.text
        self._add(
            UNRESOLVED_ANNOTATION,
            f"the annotation `{hint.text}` of the input `{hint.name}` names something "
            "that cannot be found",
            hint.name,
            f"import or define `{named}` in the module of `{self._name}`",
        )

    def unused(self, name: str) -> None:
        """Report a declared input that no vertex takes."""
        self._add(
            UNUSED_INPUT,
            f"no vertex takes the input `{name}` of `{self._name}`",
            name,
            f"add a parameter `{name}` to a vertex, or remove `{name}` from `{self._name}`",
            order=AFTER_VERTICES,
        )

    def _add(
        self,
        code: DiagnosticCode,
        message: str,
        name: str | None,
        help_: str,
        *,
        order: int = BEFORE_VERTICES,
    ) -> None:
        place = self._place(name)
        self._problems.add(order, Diagnostic(code, message, location=place, help=help_))

    def _place(self, name: str | None) -> Location | None:
        """Return where the declaration is; None for the name means where `inputs=` is written."""
        if name is None:
            return caller_location()
        if isinstance(self._source, type):
            from hbia_dsl.wiring.field_place import place_of_field  # reads and parses a file

            return place_of_field(self._source, name)
        return location_of(self._source, name)


def name_of_inputs(source: object) -> str:
    """Return what a message calls the class or function that declares the inputs."""
    name = getattr(source, "__name__", None)
    return name if isinstance(name, str) else type(source).__name__


def reserved_input(name: str, vertex: VertexSignature, parameter: str) -> Diagnostic:
    """Say that a found input has a name that `run` takes itself."""
    return Diagnostic(
        BAD_INPUTS,
        f"`{parameter}` of `{vertex.name}` would become an input called `{name}`, "
        "which is an option of `run`",
        location=location_of(vertex.handler, parameter),
        help="rename the parameter, or bind it to a vertex with `inputs=`",
    )


def input_type_clash(name: str, first: InputUser, other: InputUser) -> Diagnostic:
    """Say that two parameters want one input with different types."""
    first_vertex, first_parameter, first_form = first
    vertex, parameter, form = other
    place = location_of(first_vertex.handler, first_parameter)
    return Diagnostic(
        INPUT_TYPE_CLASH,
        f"the input `{name}` is `{display(first_form)}` for `{first_vertex.name}`, "
        f"but `{display(form)}` for `{vertex.name}`",
        location=location_of(vertex.handler, parameter),
        notes=() if place is None else (f"`{first_vertex.name}` is at {place.short()}",),
        help="annotate both alike, or rename one of the parameters",
    )
