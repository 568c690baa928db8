"""Flow documents: YAML text, read strictly, checked whole, and turned into a graph."""

from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.lint import AILinter, Linter
from hbia_dsl.documents.lint_issue import LintIssue

__all__ = ["AILinter", "LintIssue", "Linter", "dump_graph_to_yaml"]
