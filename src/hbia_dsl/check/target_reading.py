"""What a user may name to have its flows checked: a module, a flow in it, a file, a folder."""

import os
import re
from collections.abc import Iterator
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NO_FLOW, UNIMPORTABLE_TARGET
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import CheckError


@attrs.frozen
class Target:
    """One module to import, and what to look for in it."""

    module: str
    flow: str | None = None
    """Name of the flow in the module, perhaps dotted; None for every flow."""
    is_called: bool = False
    """Whether that name is a function to call, which returns the flow."""
    folder: str | None = None
    """What must be importable beside the working directory; None for nothing."""


_FLOW: Final = re.compile(r"(?P<name>[^\W\d]\w*(\.[^\W\d]\w*)*)(?P<call>\(\))?")

_FOREIGN_FOLDERS: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
_FOREIGN_FILES: Final = re.compile(r"(setup|conftest|noxfile|__main__|test_\w*|\w*_test)\.py")
"""Files that are not imported unless they are named: importing them runs something, or they
hold tests."""


_DOCUMENTS: Final = (".yaml", ".yml")
"""How the names of documents end."""


def read_target(text: str) -> tuple[Target, ...]:
    """Read what a user named.

    Args:
        text: `pkg.module`, `pkg`, a path to a file or a folder; each may be followed by
            `:flow`, or by `:make_flow()` for a function that returns one.

    Raises:
        CheckError: It names nothing.
    """
    place, flow, is_called = _split(text)
    if place.lower().endswith(_DOCUMENTS) and os.path.isfile(place):
        raise CheckError(_is_document(place))
    if all(part.isidentifier() for part in place.split(".")) and not place.endswith(".py"):
        return (Target(place, flow, is_called),)
    if os.path.isdir(place):
        found = tuple(_in_folder(place))
        if flow is not None and len(found) != 1:
            raise CheckError(
                Diagnostic(
                    NO_FLOW,
                    f"`{place}` is a folder with {len(found)} modules, so `{flow}` may be in "
                    "any of them",
                    help=f"name the file: path/to/file.py:{flow}",
                )
            )
        if not found:
            raise CheckError(
                Diagnostic(NO_FLOW, f"no file in `{place}` mentions hbia_dsl, so it has no flow")
            )
        return tuple(attrs.evolve(t, flow=flow, is_called=is_called) for t in found)
    if os.path.isfile(place):
        return (attrs.evolve(_of_file(place), flow=flow, is_called=is_called),)
    raise CheckError(_names_nothing(place))


def _split(text: str) -> tuple[str, str | None, bool]:
    place, colon, name = text.rpartition(":")
    match = _FLOW.fullmatch(name)
    if not colon or not place:
        return text, None, False
    if match is not None:
        return place, match["name"], match["call"] is not None
    if "/" in name or "\\" in name:  # the colon of a drive on Windows
        return text, None, False
    raise CheckError(
        Diagnostic(
            NO_FLOW,
            f"`{name}` is not the name of a flow" if name else f"no flow follows in `{text}`",
            help=f"write {place}:flow, or leave out the colon to check every flow of `{place}`",
        )
    )


def _in_folder(folder: str) -> Iterator[Target]:
    if os.path.isfile(os.path.join(folder, "__init__.py")):
        yield _of_file(os.path.join(folder, "__init__.py"))
        return
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _FOREIGN_FOLDERS
            and not os.path.exists(os.path.join(path, name, "pyvenv.cfg"))
        )
        for name in sorted(files):
            file = os.path.join(path, name)
            if name.endswith(".py") and not _FOREIGN_FILES.fullmatch(name) and _may_hold(file):
                yield _of_file(file)


def _may_hold(file: str) -> bool:
    """Whether a file may make flows: importing a file that cannot would run it for nothing."""
    with open(file, "rb") as opened:
        return b"hbia_dsl" in opened.read()


def _of_file(file: str) -> Target:
    """Return the module that a file is, and the folder from which it is imported."""
    folder, name = os.path.split(os.path.abspath(file))
    parts = [name.removesuffix(".py")]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    if not all(part.isidentifier() for part in parts) or not name.endswith(".py"):
        raise CheckError(
            Diagnostic(
                UNIMPORTABLE_TARGET,
                f"`{file}` cannot be imported: its name is not that of a module",
                help="name a Python file whose name is an identifier",
            )
        )
    return Target(".".join(parts), folder=folder)


def _names_nothing(place: str) -> Diagnostic:
    folder, name = os.path.split(place)
    near = None
    if os.path.isdir(folder or "."):
        near = did_you_mean(name, os.listdir(folder or "."))
    return Diagnostic(
        UNIMPORTABLE_TARGET,
        f"`{place}` is neither a module nor a file",
        help=near or "name a module as Python imports it, such as app.flows, or a file",
    )


def _is_document(place: str) -> Diagnostic:
    shown = Location(place, 1).shown_file()
    return Diagnostic(
        NO_FLOW,
        f"`{shown}` is a document, and no flow in Python that could be imported",
        help=f"`hbia validate {shown}` checks the document; or make a flow of it in a module, by "
        "Flow.from_yaml, and name that module",
    )
