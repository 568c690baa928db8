"""What a document says about a function, held against what the function says."""

from collections.abc import Callable, Mapping
from typing import Final

from hbia_dsl.declare.declaration import AtomicDeclaration, VertexDeclaration
from hbia_dsl.diagnostics.diagnostic_code import CONTRADICTION
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.documents.document import DocumentGroup, DocumentVertex, TypeClaim
from hbia_dsl.documents.document_problems import DocumentProblems, named
from hbia_dsl.documents.function_path import path_of_function
from hbia_dsl.documents.place import Place
from hbia_dsl.documents.type_text import type_text
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.type_names import type_of_name
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.typeforms.verdict import NO

_OPTIONS: Final = ("on_failure", "no_cache", "no_parallel")


class VertexClaims:
    """Compares one vertex of a document with its function, and reports what contradicts."""

    def __init__(
        self, vertex: DocumentVertex, fn: Callable[..., object], problems: DocumentProblems
    ) -> None:
        self.what = f"vertex {named(vertex.name)}"
        self._vertex = vertex
        self._fn = fn
        self._problems = problems

    def report(self, place: Place, message: str, help_: str, subject: str | None = None) -> None:
        """Report a contradiction, with the place in the code too."""
        found = location_of(self._fn, subject)
        notes = () if found is None else (f"the function is at {found.short()}",)
        self._problems.add(CONTRADICTION, place, message, help_, notes=notes)

    def check_options(self, told: VertexDeclaration) -> None:
        """Compare `effect` and `version`."""
        for key, claim, own in (
            ("effect", self._vertex.effect, told.effect),
            ("version", self._vertex.version, told.version),
        ):
            if claim is not None and own is not None and claim.text != own:
                self.report(
                    claim.place,
                    f"`{key}` of {self.what} is {named(claim.text)}, but its function says "
                    f"{named(own)}",
                    f"write `{key}: {own}`, or leave it out of one of the two",
                )

    def check_input(self, name: str, claim: TypeClaim, form: object) -> None:
        """Compare the type of an input that the run gives."""
        if is_assignable(type_of_name(claim.text), type_of_name(type_text(form))) is NO:
            self.report(
                claim.place,
                f"input {named(name)} of {self.what} is {named(claim.text)}, but its function "
                f"takes `{display(form)}`",
                f"write `{name}: {type_text(form)}`",
                name,
            )

    def check_constant(self, name: str, value: object, place: Place, form: object) -> None:
        """See that a constant is of the type that the function takes."""
        check = compile_check(form)
        if check is not None and not check.accepts(value):
            self.report(
                place,
                f"the constant {named(name)} of {self.what} is not `{display(form)}`, which its "
                "function takes",
                f"write a value of type `{display(form)}`",
                name,
            )

    def check_outputs(self, forms: Mapping[str, object]) -> None:
        """Compare names and types of the outputs."""
        for output in self._vertex.outputs.values():
            claim = output.type
            if output.name not in forms:
                known = ", ".join(named(name) for name in forms)
                message = (
                    f"{self.what} has no output {named(output.name)}: its function gives {known}"
                )
                self.report(output.place, message, f"write one of {known}", "return")
                continue
            form = forms[output.name]
            if is_assignable(type_of_name(type_text(form)), type_of_name(claim.text)) is NO:
                message = (
                    f"output {named(output.name)} of {self.what} is {named(claim.text)}, but its "
                    f"function gives `{display(form)}`"
                )
                self.report(
                    claim.place, message, f"write `{output.name}: {type_text(form)}`", "return"
                )

    def check_group(self, group: DocumentGroup, own: AtomicDeclaration, place: Place) -> None:
        """Compare the group of the document with the one that `@atomic` names."""
        if own.group != group.name:
            self.report(
                place,
                f"{self.what} is in group {named(group.name)}, but its function says "
                f"{named(own.group)}",
                f"name the group {named(own.group)}, or take `@atomic` off the function",
            )
            return
        for option in _OPTIONS:
            claimed, said = getattr(group, option), getattr(own, option)
            if claimed != said:
                shown = str(said).lower()
                self.report(
                    group.place,
                    f"`{option}` of group {named(group.name)} is `{str(claimed).lower()}`, but the "
                    f"function of {self.what} says `{shown}`",
                    f"write `{option}: {shown}`",
                )

    def check_compensation(self, claimed: str | None, place: Place, own: object) -> None:
        """Compare what undoes the vertex: a path, or None for nothing."""
        path = path_of_function(own) if callable(own) else None
        if path != claimed or (claimed is None and callable(own)):
            shown = named(path or "a function without a path") if callable(own) else "nothing"
            said = "null" if claimed is None else named(claimed)
            self.report(
                place,
                f"`compensate` of {self.what} is {said}, but the code says {shown}",
                f"write `compensate: {path}`" if path else "leave it out of the document",
            )
