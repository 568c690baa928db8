"""The documents that a user named on the command line, read and loaded."""

import os
from collections.abc import Iterator, Sequence
from typing import Final

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure, wrong_usage
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.graph.graph import Graph

SUFFIXES: Final = (".yaml", ".yml")
"""How the names of documents end."""


def is_document(target: str) -> bool:
    """Tell whether a target is a document and not a flow in code."""
    return target.lower().endswith(SUFFIXES)


def load_document(file: str, flow_name: str | None = None) -> Graph:
    """Load a document; nothing is imported.

    Args:
        file: Its path.
        flow_name: A flow that it must have; None if any will do.

    Raises:
        CommandFailure: There is no such file or flow (exit code 2), or the document is
            wrong (exit code 1); the report holds every problem.
    """
    from hbia_dsl.documents.load_graph import load_graph_from_yaml  # loaded where it is used
    from hbia_dsl.errors import DocumentError  # as above

    check_readable(file)
    try:
        graph = load_graph_from_yaml(file)
    except DocumentError as error:
        raise CommandFailure(str(error), exit_code=PROBLEMS, is_report=True) from error
    if flow_name is not None and flow_name not in graph.flows:
        near = did_you_mean(flow_name, graph.flows)
        raise wrong_usage(
            f"`{file}` has no flow `{flow_name}`", near or f"its flows are {', '.join(graph.flows)}"
        )
    return graph


def check_readable(file: str) -> None:
    """Refuse what cannot be opened as a file.

    Raises:
        CommandFailure: It is not there, a folder, or unreadable.
    """
    if os.path.isdir(file):
        raise wrong_usage(f"`{file}` is a folder", "name a file in it")
    try:
        with open(file, "rb"):
            return
    except FileNotFoundError as error:
        folder, name = os.path.split(file)
        near = (
            did_you_mean(name, os.listdir(folder or ".")) if os.path.isdir(folder or ".") else None
        )
        raise wrong_usage(f"there is no file `{file}`", near) from error
    except OSError as error:
        raise wrong_usage(f"cannot read `{file}`: {error.strerror}") from error
    except ValueError as error:  # a null character in the name
        raise wrong_usage(f"`{file!r}` is not the name of a file") from error


def documents_named(targets: Sequence[str]) -> list[str]:
    """Return the files that targets name; a folder stands for the documents in it.

    Raises:
        CommandFailure: A target is not there, or a folder holds no document.
    """
    found: dict[str, None] = {}
    for target in targets:
        if not os.path.isdir(target):
            check_readable(target)
            found[target] = None
            continue
        inside = list(_in_folder(target))
        if not inside:
            raise wrong_usage(f"no file in `{target}` ends with {' or '.join(SUFFIXES)}")
        found.update(dict.fromkeys(inside))
    return list(found)


def _in_folder(folder: str) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = os.path.join(path, name)
            if is_document(name) and _may_be_one(file):
                yield file


def _may_be_one(file: str) -> bool:
    """Tell whether a file found in a folder has the key of a document; others are not ours."""
    try:
        with open(file, "rb") as opened:
            return any(line.startswith(b"flow:") for line in opened)
    except OSError:
        return True  # so that loading it says why it cannot be read
