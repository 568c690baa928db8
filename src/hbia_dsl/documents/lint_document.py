"""Lint for documents that were read, so that what is found has its place in the text."""

from hbia_dsl.documents.document import Document
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.documents.lint_subject import flows_of_document
from hbia_dsl.documents.linting import lint_flows


def lint_document(document: Document) -> list[LintIssue]:
    """Look a document over.

    Args:
        document: A document that was read, so it is valid.

    Returns:
        What was found: errors first, and then in the order of the document.
    """
    return lint_flows(flows_of_document(document))
