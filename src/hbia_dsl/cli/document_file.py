"""The documents that a user named on the command line, read and loaded."""

import os
import re
import sys
from codecs import BOM_UTF8, BOM_UTF16
from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Final

import attrs

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


def refuse_documents(targets: Iterable[str], what: str) -> None:
    """Refuse documents for a command that is for flows in code.

    Args:
        targets: What was named.
        what: What the command does to flows, as a participle.

    Raises:
        CommandFailure: A target is a document.
    """
    for target in targets:
        if is_document(target):
            raise wrong_usage(
                f"`{target}` is a document, and only flows in code are {what}",
                f"use hbia validate {quote(target)}, or name a flow that Flow.from_yaml(...) "
                "makes of it",
            )


@attrs.frozen
class NamedDocuments:
    """The documents that were named, and what was found beside them."""

    files: Sequence[str]
    skipped: Sequence[str]
    """Files of folders whose names end as those of documents, and that are none."""

    def tell_skipped(self) -> None:
        """Say on the error stream which files were skipped, and why."""
        for file in self.skipped[:_MOST_SKIPPED]:
            print(f"{file}: skipped, {_WHY_SKIPPED}", file=sys.stderr)
        more = len(self.skipped) - _MOST_SKIPPED
        if more > 0:
            print(f"{more} more files skipped, {_WHY_SKIPPED}", file=sys.stderr)


_MOST_SKIPPED: Final = 20
_WHY_SKIPPED: Final = "no line starts with `flow:`"


def documents_named(targets: Sequence[str]) -> NamedDocuments:
    """Return the files that targets name; a folder stands for the documents in it.

    Raises:
        CommandFailure: A target is not there, or a folder holds no document.
    """
    found: dict[str, None] = {}
    skipped: dict[str, None] = {}
    for target in targets:
        if not os.path.isdir(target):
            check_readable(target)
            found[target] = None
            continue
        inside = list(_in_folder(target))
        documents = dict.fromkeys(file for file, is_one in inside if is_one)
        others = dict.fromkeys(file for file, is_one in inside if not is_one)
        if not documents:
            NamedDocuments((), list(others)).tell_skipped()
            ends = f"ends with {' or '.join(SUFFIXES)}"
            raise wrong_usage(
                f"no file in `{target}` that {ends} is a flow document"
                if others
                else f"no file in `{target}` {ends}"
            )
        found |= documents
        skipped |= others
    return NamedDocuments(list(found), [file for file in skipped if file not in found])


def _in_folder(folder: str) -> Iterator[tuple[str, bool]]:
    """Yield the files that are called like documents, each with whether it is one."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if is_document(name):
                file = os.path.join(path, name)
                yield file, _may_be_one(file)


_FLOW_KEY: Final = re.compile(rb"""(?:\{\s*)?(?P<quote>["']?)flow(?P=quote)\s*:""")


def _may_be_one(file: str) -> bool:
    """Tell whether a file found in a folder has the key of a document; others are not ours."""
    try:
        with open(file, "rb") as opened:
            # Of UTF-16 and UTF-32 the letters are left: loading says what is wrong with it.
            return any(_FLOW_KEY.match(_plain(line)) for line in opened)
    except OSError:
        return True  # so that loading it says why it cannot be read


def _plain(line: bytes) -> bytes:
    return line.replace(b"\0", b"").removeprefix(BOM_UTF8).lstrip(BOM_UTF16)
