"""How source code names functions, classes and objects: a module, and a dotted name in it.

A name counts only if following it really leads to the object: what a decorator of
somebody else put in a function's place, or what is local to another function, has no
name that source code could use.
"""

import builtins
import functools
import keyword
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

_MAIN: Final = "__main__"


@attrs.frozen(order=True)
class SourceName:
    """An object as source code can name it."""

    module: str
    """The module to import."""
    path: str
    """The dotted name inside the module."""


def source_name_of(value: object, homes: Iterable[str] = ()) -> SourceName | None:
    """Return how source code can name a function, method, class or object.

    Args:
        value: Anything; functions and classes know their names themselves.
        homes: Modules in which a variable may hold the object, or the object whose
            method it is. Lambdas and partials are not looked for there: their variables
            would tell a type checker less than their annotations do.

    Returns:
        None if no source code can name it.
    """
    if isinstance(value, types.MethodType):
        return _of_method(value, homes)
    module = getattr(value, "__module__", None)
    path = getattr(value, "__qualname__", None)
    if isinstance(module, str) and isinstance(path, str) and "<" not in path:
        for candidate in _public_first(module):
            if _object_at(candidate, path) is value:
                return _importable(candidate, path)
    if isinstance(value, functools.partial) or _is_lambda(value):
        return None
    return _of_variable(value, homes)


def _of_method(method: types.MethodType, homes: Iterable[str]) -> SourceName | None:
    owner, name = method.__self__, method.__func__.__name__
    if getattr(owner, name, None) != method:
        return None
    found = source_name_of(owner, (*homes, type(owner).__module__, method.__func__.__module__))
    return None if found is None else SourceName(found.module, f"{found.path}.{name}")


def _of_variable(value: object, homes: Iterable[str]) -> SourceName | None:
    for home in dict.fromkeys(homes):
        for name, held in list(vars(sys.modules.get(home, builtins)).items()):
            if held is value and name.isidentifier() and not keyword.iskeyword(name):
                return _importable(home, name)
    return None


def _public_first(module: str) -> tuple[str, ...]:
    """Name the modules that may show what a module holds, those that are public first.

    Parts of the standard library live in `_io` or `pathlib._local`, and type checkers
    know them by their public names only.
    """
    parts = module.split(".")
    private = [index for index, part in enumerate(parts) if part.startswith("_")]
    if not private or module == _MAIN:
        return (module,)
    first = private[0]
    public = ".".join(parts[:first]) if first else parts[0].lstrip("_")
    return (public, module)


def _object_at(module: str, path: str) -> object:
    found: object = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def _importable(module: str, path: str) -> SourceName | None:
    """Return the name, with the program that runs under the name that others import it by."""
    if module != _MAIN:
        return SourceName(module, path)
    program = importable_name_of_program()
    return None if program is None else SourceName(program, path)


def importable_name_of_program() -> str | None:
    """Return the name by which other modules import the running program.

    Returns:
        None if they cannot: an interactive session, or a file whose name is no identifier.
    """
    program = sys.modules.get(_MAIN)
    spec = getattr(program, "__spec__", None)
    if spec is not None:
        name: str = spec.name
        return name
    file = getattr(program, "__file__", None)
    if not isinstance(file, str):
        return None
    stem = file.replace("\\", "/").rpartition("/")[2].removesuffix(".py")
    return stem if stem.isidentifier() else None


def _is_lambda(value: object) -> bool:
    return getattr(value, "__name__", None) == "<lambda>"


class ImportedModules:
    """The imports of a text: each module under a short name of its own."""

    def __init__(self, names: Iterable[str], taken: Iterable[str] = ()) -> None:
        """Choose short names: the last part of each module, more of it where two clash.

        Args:
            names: The modules.
            taken: Names that mean something else in the text.
        """
        self.alias_of: Mapping[str, str] = _aliases(sorted(set(names)), {*taken, "inputs"})

    def lines(self) -> list[str]:
        """Return the import statements, sorted by module."""
        return [
            f"import {module}" if module == alias else f"import {module} as {alias}"
            for module, alias in self.alias_of.items()
            if module != builtins.__name__
        ]

    def expression(self, name: SourceName) -> str:
        """Return the expression that names an object."""
        if name.module == builtins.__name__:
            return name.path
        return f"{self.alias_of[name.module]}.{name.path}"


def _aliases(modules: list[str], taken: set[str]) -> Mapping[str, str]:
    aliases: dict[str, str] = {}
    split = {module: module.split(".") for module in modules}
    used = {*taken, *(m for m in modules if "." not in m)}
    for module, parts in split.items():
        length = 1
        while length < len(parts) and any(
            other[-length:] == parts[-length:] for m, other in split.items() if m != module
        ):
            length += 1
        alias = "_".join(parts[-length:])
        # A module that is no part of another keeps its name: `import flows` reads as it is.
        while (alias in used and alias != module) or alias in taken or hasattr(builtins, alias):
            alias += "_"
        used.add(alias)
        aliases[module] = alias
    return aliases
