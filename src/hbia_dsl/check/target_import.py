"""Import what a user named, and say in his words why it cannot be imported.

A module that fails shows the place in the user's files and never a traceback of ours. A
flow that cannot be built fails its module, too, but it has a report of its own.
"""

import contextlib
import importlib
import os
import re
import sys
from types import ModuleType
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNIMPORTABLE_TARGET
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import CheckError, HbiaError, WiringError

_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_NOT_USERS: Final = ("<", os.path.join(_PACKAGE, ""))
_OURS: Final = frozenset({importlib.__file__})
"""What we call to import a module; the user has not written that import."""

_MOST_IMPORTERS: Final = 3
"""How many of the imports that led to a failure a report names."""


@attrs.frozen
class BrokenFlowError(Exception):
    """A flow of the module cannot be built."""

    diagnostics: tuple[Diagnostic, ...]


def broken_flow(error: WiringError) -> BrokenFlowError:
    """Say of every problem of a flow which flow it is, and where it is made."""
    places = _places(error)
    flow = f"in flow `{error.flow_name}`" if error.flow_name else ""
    made = f"made at {places[-1].short()}" if places else ""
    note = ", ".join(filter(None, [flow, made]))
    if not note:
        return BrokenFlowError(error.diagnostics)
    return BrokenFlowError(
        tuple(attrs.evolve(found, notes=(*found.notes, note)) for found in error.diagnostics)
    )


def make_importable(folder: str) -> None:
    """Let modules of a folder be imported, before all others."""
    if folder not in sys.path:
        sys.path.insert(0, folder)


def import_target(module: str) -> ModuleType:
    """Import a module; what it prints goes to the standard error stream.

    Raises:
        CheckError: It cannot be imported.
        BrokenFlowError: It builds a flow that cannot be.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return importlib.import_module(module)
    except WiringError as error:
        raise broken_flow(error) from None
    except HbiaError as error:
        diagnostic = getattr(error, "diagnostic", None)  # a failed run has none
        if isinstance(diagnostic, Diagnostic):
            raise BrokenFlowError((diagnostic,)) from None
        raise CheckError(_failure(module, error)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a module may end the program while it is imported
        if isinstance(error, ModuleNotFoundError) and _is_itself_missing(error, module):
            raise CheckError(_missing(module, str(error.name))) from None
        raise CheckError(_failure(module, error)) from None


def submodules(module: ModuleType) -> list[str]:
    """Name the modules directly inside a package, except the one that runs it as a program."""
    path = getattr(module, "__path__", None)
    if path is None:
        return []
    import pkgutil  # loaded where it is used

    found = pkgutil.iter_modules(path, f"{module.__name__}.")
    return sorted(info.name for info in found if not info.name.endswith(".__main__"))


def _is_itself_missing(error: ModuleNotFoundError, module: str) -> bool:
    return error.name is not None and (error.name == module or module.startswith(f"{error.name}."))


def _missing(module: str, part: str) -> Diagnostic:
    package, _, name = part.rpartition(".")
    known = sys.modules.get(package)
    path = getattr(known, "__path__", None) if package else sys.path[:1]
    import pkgutil  # loaded where it is used

    siblings = [info.name for info in pkgutil.iter_modules(path)] if path else []
    near = did_you_mean(name, siblings)
    if near is None:
        near = "run it where `import " + module + "` works, or name the file"
    return Diagnostic(UNIMPORTABLE_TARGET, f"there is no module `{part}`", help=near)


def _failure(module: str, error: BaseException) -> Diagnostic:
    places = _places(error)
    notes = [f"imported at {place.short()}" for place in reversed(places[:-1])]
    return Diagnostic(
        UNIMPORTABLE_TARGET,
        f"`{module}` cannot be imported: {_shown(error)}",
        location=places[-1] if places else None,
        notes=tuple(notes[:_MOST_IMPORTERS]),
        help="what is checked is imported first: let `import " + module + "` work",
    )


def _shown(error: BaseException) -> str:
    """Return type and text of an error on one line, without absolute paths."""
    if isinstance(error, SystemExit):
        return "it ends the program (SystemExit)"
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    first = text.strip().partition("\n")[0]
    first = re.sub(r" \(?(/|[A-Z]:\\)[^ )]*\)?", "", first)
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _places(error: BaseException) -> list[Location]:
    """Return where the user's files were when it happened, outermost first."""
    import traceback  # loaded where it is used

    frames = traceback.extract_tb(error.__traceback__)
    inner = [f for f in frames if f.filename not in _OURS and not f.filename.startswith(_NOT_USERS)]
    own = [f for f in inner if "site-packages" not in f.filename and not _is_standard(f.filename)]
    places = [Location(frame.filename, frame.lineno or 1) for frame in own or inner]
    if isinstance(error, SyntaxError) and error.filename is not None:
        column = None if not error.offset else max(error.offset - 1, 0)
        places.append(Location(error.filename, error.lineno or 1, column))
    return places


def _is_standard(file: str) -> bool:
    return file.startswith(os.path.dirname(os.__file__))
