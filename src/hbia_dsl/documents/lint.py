"""Lint: what a valid document had better say otherwise."""

from collections.abc import Mapping
from typing import Final

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_SHAPE
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.errors import DocumentError


class Linter:
    """The original's face: lint for documents that are plain data."""

    def lint(self, source: Mapping[str, object]) -> list[LintIssue]:
        """Look a document over.

        Args:
            source: What a YAML loader gives for a document. It may be invalid: what has the
                wrong form is left to `validate_dsl`.

        Returns:
            What was found: errors first, and then in the order of the document.

        Raises:
            DocumentError: It is no mapping.
        """
        given: object = source  # callers without a type checker pass anything
        if not isinstance(given, Mapping):
            text = f"lint takes a document as data, not a {type(given).__name__}"
            help_ = "give it what `yaml.safe_load` returns, or use `hbia lint` for files"
            raise DocumentError(Diagnostic(BAD_SHAPE, text, location=caller_location(), help=help_))
        from hbia_dsl.documents.lint_subject import flows_of_data  # loaded where it is used
        from hbia_dsl.documents.linting import lint_flows  # as above

        return lint_flows(flows_of_data(source))


AILinter: Final = Linter
"""The name that the original gives it."""
