"""Imports inside functions: what they reach is found as the function itself would find it.

A module of the user that was not imported yet is imported now. Anything else would give the
function one fingerprint before its first call and another one after it. Installed packages are
never imported for this: their version is enough.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, resolve_name
from types import ModuleType

from hbia_dsl.cache.code_chain import FarName, follow_chain, note_unseen
from hbia_dsl.cache.code_imports import CodeImport
from hbia_dsl.cache.code_origin import origin_of_module, origin_of_namespace
from hbia_dsl.cache.code_reference import note_origin
from hbia_dsl.cache.code_thing import Notes


def follow_import(
    wanted: CodeImport, namespace: Mapping[str, object], notes: Notes
) -> list[FarName]:
    """Note what an import statement inside a function reaches.

    Args:
        wanted: The import.
        namespace: Globals of the function: a relative import starts from them.
        notes: Where it is noted.

    Returns:
        The names on the way, to be looked up again.
    """
    name = wanted.module
    try:
        if wanted.level:
            name = resolve_name("." * wanted.level + name, str(namespace.get("__package__") or ""))
        origin = _origin_of(name)
        if origin is not None:
            note_origin(origin, notes)
            if wanted.chain:
                note_unseen(name, wanted.chain, notes)
            return []
        module = _module(name)
        if wanted.starts_at_top:
            module = _module(name.partition(".")[0])
        if wanted.chain and wanted.chain[0] not in vars(module):
            _import_below(module, wanted.chain[0])
    except Exception as error:  # noqa: BLE001 - whatever importing raises, the function will meet it as well
        notes.add(f"import {name}", type(error).__name__)
        notes.limits.append(f"cannot import `{name}` ({type(error).__name__})")
        return []
    return follow_chain(module, wanted.chain, module.__name__, notes)


def _origin_of(name: str) -> str | None:
    """Return what an installed module counts as, without importing it."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return origin_of_module(loaded)
    top = name.partition(".")[0]
    spec: ModuleSpec | None = find_spec(top)
    if spec is None:
        raise ModuleNotFoundError(name=top)
    file = spec.origin if spec.has_location else None
    if file is None and spec.submodule_search_locations:
        file = f"{next(iter(spec.submodule_search_locations))}/__init__.py"
    return origin_of_namespace({"__name__": top, "__file__": file})


def _module(name: str) -> ModuleType:
    return sys.modules.get(name) or import_module(name)


def _import_below(module: ModuleType, name: str) -> None:
    full = f"{module.__name__}.{name}"
    if hasattr(module, "__path__") and find_spec(full) is not None:
        import_module(full)
