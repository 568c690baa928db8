"""`hbia validate FILE...`: check that documents are valid; nothing is imported."""

import sys

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure
from hbia_dsl.cli.document_file import documents_named, load_document
from hbia_dsl.drawing.drawn_graph import counted


def validate(files: list[str], /, *, quiet: bool = False) -> int:
    """Check that documents are valid; nothing is imported.

    Args:
        files: Documents, or folders with documents.
        quiet: Print problems only.
    """
    is_clean = True
    named = documents_named(files)
    if not quiet:
        named.tell_skipped()
    for file in named.files:
        try:
            graph = load_document(file)
        except CommandFailure as failure:
            if is_clean:
                sys.stdout.flush()
            print(failure.shown("hbia validate"), end="\n\n", file=sys.stderr)
            is_clean = False
            continue
        if not quiet:
            flows = counted(len(graph.flows), "flow", "flows")
            vertices = counted(len(graph.vertices), "vertex", "vertices")
            print(f"{file}: valid, {flows}, {vertices}")
    return 0 if is_clean else PROBLEMS
