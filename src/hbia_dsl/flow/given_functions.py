"""The functions that a document may name: those of given modules and registries.

A path of a document is looked up among these and never imported, so a document reaches
nothing that its reader did not hand out.
"""

import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import cast

from hbia_dsl.declare.declaration import declaration_of, underlying
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNGIVEN_FUNCTION
from hbia_dsl.documents.function_path import path_of_function, public_module_name
from hbia_dsl.errors import DocumentError
from hbia_dsl.flow.flow import Given


class GivenFunctions:
    """Finds functions by their paths."""

    def __init__(self, given: Given) -> None:
        """Take what a document may name.

        Args:
            given: A module or its name, or several of these and functions.

        Raises:
            DocumentError: It is something else, or there is no imported module of a name.
        """
        parts = [_part(part) for part in _listed(given)]
        self.modules = [part for part in parts if isinstance(part, ModuleType)]
        self._by_path: dict[str, Callable[..., object]] = {}
        homes: dict[str, None] = {}
        for part in parts:
            if isinstance(part, ModuleType):
                continue
            path = path_of_function(underlying(part))
            if path is not None:
                self._by_path.setdefault(path, part)
                homes.setdefault(part.__module__)
        self._homes = [sys.modules[name] for name in homes if name in sys.modules]
        """Modules of the functions that were given one by one."""

    def vertex(self, path: str) -> Callable[..., object] | None:
        """Return the function at a path; None if it was not given."""
        return self._by_path.get(path) or _in_modules(self.modules, path)

    def compensation(self, path: str) -> Callable[..., object] | None:
        """Return the function at a path, which may also lie beside a function that was given."""
        return self.vertex(path) or _in_modules(self._homes, path)

    def paths(self) -> list[str]:
        """Return the paths of all functions declared with `@vertex`, for "did you mean"."""
        found = list(self._by_path)
        for module in self.modules:
            found += [
                f"{public_module_name(module.__name__)}.{name}"
                for name, value in vars(module).items()
                if is_declared(value)
            ]
        return found


def _listed(given: object) -> Iterable[object]:
    if isinstance(given, Iterable) and not isinstance(given, str):
        return given
    return (given,)


def _part(given: object) -> ModuleType | Callable[..., object]:
    """Return a module or function that was given, by itself or as the name of a module."""
    found = sys.modules.get(given) if isinstance(given, str) else given
    if isinstance(found, ModuleType) or callable(found):
        return found
    if isinstance(found, classmethod):
        return cast("Callable[..., object]", found)  # as a decorator leaves one in a class
    text = f"a document's functions are a module or functions, not a {type(given).__name__}"
    if isinstance(given, str):
        text = f"no module `{given}` is imported"
    help_ = "import the module first and give it to `from_yaml`"
    raise DocumentError(Diagnostic(UNGIVEN_FUNCTION, text, location=caller_location(), help=help_))


def is_declared(value: object) -> bool:
    """Return whether a value is a function declared with `@vertex`."""
    declaration = declaration_of(value)
    return declaration is not None and declaration.vertex is not None


def _in_modules(modules: Iterable[ModuleType], path: str) -> Callable[..., object] | None:
    for module in modules:
        home = public_module_name(module.__name__)
        if not path.startswith(f"{home}."):
            continue
        found: object = module
        for name in path[len(home) + 1 :].split("."):
            found = None if name.startswith("_") else getattr(found, name, None)
            is_part = isinstance(found, ModuleType) and found.__name__.startswith(module.__name__)
            if isinstance(found, ModuleType) and not is_part:
                found = None  # what a module imported is not the module's to give
        if callable(found):
            return found
    return None
