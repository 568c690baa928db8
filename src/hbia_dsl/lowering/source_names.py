"""How source code names functions and types: imports, and dotted names under them.

A name counts only if following it really leads to the object: what a decorator of
somebody else put in a function's place, or what is local to another function, has no
name that source code could use.
"""

import sys
import types
from collections.abc import Iterable, Mapping

import attrs


@attrs.frozen
class SourceName:
    """An object as source code can name it."""

    module: str
    """The module to import."""
    path: str
    """The dotted name inside the module."""


def source_name_of(value: object) -> SourceName | None:
    """Return how source code can name a function, method or class; None if it cannot.

    Args:
        value: A function, a method bound to its class, a class, or a `NewType`.
    """
    module = getattr(value, "__module__", None)
    path = getattr(value, "__qualname__", None)
    if isinstance(value, types.MethodType):
        module, path = _of_method(value)
    if not isinstance(module, str) or not isinstance(path, str) or "<" in path:
        return None
    found: object = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
        if found is None:
            return None
    return SourceName(module, path) if found == value else None


def _of_method(method: types.MethodType) -> tuple[object, object]:
    owner = method.__self__
    if not isinstance(owner, type):
        return None, None  # bound to an object: no source names that object
    return owner.__module__, f"{owner.__qualname__}.{method.__name__}"


class ImportedModules:
    """The imports of a text: each module under a short name of its own."""

    def __init__(self, names: Iterable[str]) -> None:
        """Choose short names: the last part of each module, more of it where two clash."""
        self.alias_of: Mapping[str, str] = _aliases(sorted(set(names)))

    def lines(self) -> list[str]:
        """Return the import statements, sorted."""
        return [
            f"import {module}" if module == alias else f"import {module} as {alias}"
            for module, alias in self.alias_of.items()
        ]

    def expression(self, name: SourceName) -> str:
        """Return the expression that names an object."""
        return f"{self.alias_of[name.module]}.{name.path}"


def _aliases(modules: list[str]) -> Mapping[str, str]:
    aliases: dict[str, str] = {}
    for module in modules:
        parts = module.split(".")
        rivals = [other.split(".") for other in modules if other != module]
        length = 1
        while length < len(parts) and any(r[-length:] == parts[-length:] for r in rivals):
            length += 1
        aliases[module] = "_".join(parts[-length:])
    return aliases


