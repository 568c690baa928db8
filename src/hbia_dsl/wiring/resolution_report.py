"""What to say when a parameter cannot be bound: the HB2xx of resolution.

Each report names both sides, and shows what nearly fits: that is what the reader needs to
decide which side is wrong. All of it is found only when a problem is reported.
"""

from collections.abc import Sequence
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    AMBIGUOUS_PROVIDER,
    BAD_INPUTS,
    MISSING_PROVIDER,
    UNKNOWN_REFERENCE,
    WRONG_TYPE,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.typeforms.strength import is_strong
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, Rule
from hbia_dsl.wiring.mismatch import explain_mismatch
from hbia_dsl.wiring.near_providers import Nearness, NearProviders, called
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.producers import Producers, Provided
from hbia_dsl.wiring.references import UnknownReferenceError
from hbia_dsl.wiring.requirement import Requirement
from hbia_dsl.wiring.signature import VertexSignature

LISTED_CANDIDATES: Final = 6
"""How many candidates an ambiguity lists."""

CLOSELY_EXAMINED: Final = 25
"""For how many missing values of a flow a report looks for what nearly fits."""


class ResolutionReport:
    """Adds the problems of parameters to the report of one flow."""

    def __init__(
        self,
        problems: Problems,
        producers: Producers,
        vertices: dict[str, VertexSignature],
        inputs_name: str | None,
    ) -> None:
        self._problems = problems
        self._producers = producers
        self._vertices = vertices
        self._inputs_name = inputs_name
        """Name of what declares the flow's inputs; None if they are found by wiring."""
        self._near = NearProviders(producers, vertices)
        self._missing_count = 0
        self.mentioned_inputs: set[str] = set()
        """Inputs that a problem is about: whether somebody takes them is open."""

    def ambiguous_name(
        self, vertex: VertexSignature, requirement: Requirement, named: Sequence[Provided]
    ) -> None:
        """Report several values that have the parameter's name."""
        self._ambiguous(
            vertex,
            requirement,
            f"{len(named)} values are called `{requirement.name}`, which `{vertex.name}` requires",
            named,
        )

    def ambiguous_type(
        self, vertex: VertexSignature, requirement: Requirement, matches: Sequence[Provided]
    ) -> None:
        """Report several values that fit the type, when none has the parameter's name."""
        self._ambiguous(
            vertex,
            requirement,
            f"{len(matches)} values could be the `{display(requirement.form)}` that "
            f"`{vertex.name}` requires as `{requirement.name}`",
            matches,
        )

    def missing(self, vertex: VertexSignature, requirement: Requirement) -> None:
        """Report a value that nothing provides."""
        strong = is_strong(requirement.form)
        if self._problems.are_inputs_unknown or (strong and self._problems.is_provider_unknown):
            # What could not be read may be the one, and that problem is in the report.
            self._problems.unread_parameters.add(requirement.name)
            return
        self._missing_count += 1
        near = (
            self._near.near(vertex, requirement)
            if self._missing_count <= CLOSELY_EXAMINED
            else Nearness()
        )
        if near.input_name is not None:
            self.mentioned_inputs.add(near.input_name)
        shown = display(requirement.form)
        what = shown if strong else f"{requirement.name}: {shown}"
        self._add(
            MISSING_PROVIDER,
            f"nothing provides `{what}`, which `{vertex.name}` requires",
            vertex,
            requirement,
            notes=near.notes,
            help_=near.help or self._help_to_provide(requirement, strong=strong),
        )

    def left_out(self, vertex: VertexSignature, requirement: Requirement) -> None:
        """Report a parameter without a default that a document leaves out."""
        name = requirement.name
        what = f"`{name}: {display(requirement.form)}`"
        self._add(
            MISSING_PROVIDER,
            f"the document does not say where {what}, which `{vertex.name}` requires, comes from",
            vertex,
            requirement,
            notes=(),
            help_=f"write it under `inputs` of vertex `{vertex.name}`: a type if the run gives "
            f"it, `{name}: vertex.output` or `{name}: {{value: ...}}`",
        )

    def nothing_to_collect(self, vertex: VertexSignature, requirement: Requirement) -> None:
        """Report an `All[...]` that no value fits."""
        if self._problems.is_provider_unknown:
            return
        shown = display(requirement.form)
        self._add(
            MISSING_PROVIDER,
            f"nothing provides `{shown}`, of which `{vertex.name}` collects all "
            f"as `{requirement.name}`",
            vertex,
            requirement,
            notes=self._near.near(vertex, requirement).notes,
            help_=f"add a vertex that returns `{shown}`; "
            f"if a vertex returns them as a list, write `list[{shown}]` instead of `All[{shown}]`",
        )

    def wrong_type(
        self,
        vertex: VertexSignature,
        requirement: Requirement,
        form: object,
        provided: Provided,
        rule: Rule,
    ) -> None:
        """Report a value that does not fit, although it is named or has the parameter's name."""
        self._mention(provided)
        name, given = called(provided), display(provided.form)
        mismatch = explain_mismatch(provided.form, form)
        notes = [] if mismatch is None else [f"{name} {mismatch.reason}"]
        if rule is Rule.NAME:
            notes.append(f"{name} was chosen because it has the parameter's name")
        if mismatch is not None:
            help_ = mismatch.help_for(requirement.name, provided.name.vertex)
        elif rule is Rule.NAME:
            help_ = (
                f"rename one of the two, or bind `{requirement.name}` to what it needs: "
                f'inputs={{"{requirement.name}": "vertex.output"}}'
            )
        else:
            help_ = f"bind `{requirement.name}` to a `{display(form)}`, or annotate it `{given}`"
        self._add(
            WRONG_TYPE,
            f"{name} is `{given}`, but `{vertex.name}` takes `{display(form)}` "
            f"as `{requirement.name}`",
            vertex,
            requirement,
            notes=(*notes, *self._place_note(provided)),
            help_=help_,
        )

    def unknown_reference(
        self, vertex: VertexSignature, requirement: Requirement, problem: UnknownReferenceError
    ) -> None:
        """Report a binding to something that the flow does not have."""
        self.mentioned_inputs.update(problem.meant_inputs)
        self._add(
            UNKNOWN_REFERENCE,
            f"`{vertex.name}` takes `{requirement.name}` from `{problem.text}`, "
            f"but {problem.reason}",
            vertex,
            requirement,
            notes=problem.notes,
            help_=problem.help,
        )

    def missable_input(self, vertex: VertexSignature, requirement: Requirement, name: str) -> None:
        """Report a key that is not required, taken by a parameter without a default."""
        self.mentioned_inputs.add(name)
        self._add(
            BAD_INPUTS,
            f"the input `{name}` may be missing, but `{vertex.name}` has no default "
            f"for `{requirement.name}`",
            vertex,
            requirement,
            notes=(),
            help_=f"give `{requirement.name}` a default, or make the key `{name}` required",
        )

    def _ambiguous(
        self,
        vertex: VertexSignature,
        requirement: Requirement,
        message: str,
        candidates: Sequence[Provided],
    ) -> None:
        notes = []
        for provided in candidates[:LISTED_CANDIDATES]:
            self._mention(provided)
            shown = f"`{provided.name}` is `{display(provided.form)}`"
            notes.append(f"{shown}{self._near.place(provided)}")
        if len(candidates) > LISTED_CANDIDATES:
            notes.append(f"and {len(candidates) - LISTED_CANDIDATES} more")
        chosen = f'inputs={{"{requirement.name}": "{candidates[0].name}"}}'
        self._add(
            AMBIGUOUS_PROVIDER,
            message,
            vertex,
            requirement,
            notes=tuple(notes),
            help_=f"say which one: {chosen}",
        )

    def _help_to_provide(self, requirement: Requirement, *, strong: bool) -> str:
        shown = display(requirement.form)
        field = f"`{requirement.name}: {shown}`"
        if self._inputs_name is None:
            return f"add a vertex that returns `{shown}` to the flow"
        if strong:
            return f"add a vertex that returns `{shown}`, or add {field} to `{self._inputs_name}`"
        return f"add {field} to `{self._inputs_name}`, or name its source with `inputs=`"

    def _place_note(self, provided: Provided) -> tuple[str, ...]:
        place = self._near.place(provided)
        return (f"`{provided.name.vertex}` is declared at {place[2:-1]}",) if place else ()

    def _mention(self, provided: Provided) -> None:
        if provided.name.vertex == INPUT:
            self.mentioned_inputs.add(provided.name.output)

    def _add(
        self,
        code: DiagnosticCode,
        message: str,
        vertex: VertexSignature,
        requirement: Requirement,
        *,
        notes: tuple[str, ...],
        help_: str | None,
    ) -> None:
        place = location_of(vertex.handler, requirement.name)
        self._problems.add(
            vertex.order, Diagnostic(code, message, location=place, notes=notes, help=help_)
        )
