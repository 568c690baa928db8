"""The lines of a text for a type checker, its head and its errors made on purpose."""

from typing import Final

from hbia_dsl.lowering.check_place import CheckPlace, LineKind, Unproven
from hbia_dsl.lowering.source_names import ImportedModules
from hbia_dsl.lowering.type_source import ANY

SOMETIMES: Final = "_sometimes"
"""A condition of which no type checker knows the outcome."""

_CANARY_CALL: Final = "_canary_call"

TAKEN: Final = frozenset({"reveal_type", "_canary", _CANARY_CALL, SOMETIMES})
"""Names that nothing of a flow may have in the text."""

_JUDGED_CODES: Final = (
    "arg-type,assignment,attr-defined,call-arg,call-overload,index,list-item,misc,operator,"
    "type-var,typeddict-item,union-attr"
)
"""What mypy must tell about this text, whatever a project leaves out elsewhere."""

_UNASKED_CODES: Final = (
    "deprecated,explicit-any,func-returns-value,no-any-unimported,no-untyped-call,unimported-reveal"
)
"""What mypy need not tell: these are no faults of a flow."""


class CheckWriter:
    """Collects the lines, and what they stand for."""

    def __init__(self, imports: ImportedModules, *, reveal_results: bool) -> None:
        self.imports = imports
        self.reveal_results = reveal_results
        self.lines: list[str] = []
        self.places: dict[int, CheckPlace] = {}
        self.unproven: list[Unproven] = []
        self.any_text = imports.expression(ANY)

    def line(self, text: str, place: CheckPlace | None = None) -> None:
        """Write a line and note what it stands for."""
        self.lines.append(text)
        if place is not None:
            self.places[len(self.lines)] = place

    def head(self, *, strict_any: bool) -> None:
        """Write what comes before the flows."""
        self.line("# Written by `hbia check` for a type checker; written anew at every check.")
        self.line("# pyright: basic")
        self.line(f'# mypy: enable-error-code="{_JUDGED_CODES}"')
        self.line(f'# mypy: disable-error-code="{_UNASKED_CODES}"')
        if strict_any:
            self.line("# mypy: disallow-any-expr")
        for line, module in zip(self.imports.lines(), self._imported(), strict=True):
            self.line(line, CheckPlace(LineKind.IMPORT, module=module))
        self.line("")
        self.line(f"{SOMETIMES} = bool()")

    def canaries(self) -> None:
        """Write the errors on purpose; a checker that overlooks one overlooks others."""
        place = CheckPlace(LineKind.CANARY)
        self.line("")
        self.line("")
        self.line(f"def {_CANARY_CALL}(number: int) -> None:")
        self.line("    del number")
        self.line("")
        self.line("")
        self.line("_canary: int = 'must be reported'", place)
        self.line(f"{_CANARY_CALL}('must be reported')", place)

    def _imported(self) -> list[str]:
        return [module for module in self.imports.alias_of if module != "builtins"]
