"""Where a type checker must look to find what Python has imported."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache

from hbia_dsl.lowering.source_names import importable_name_of_program


def search_folders(modules: Iterable[str]) -> tuple[str, ...]:
    """Return the folders from which modules were imported, without those always searched.

    The working directory, the standard library and installed packages are found by every
    type checker; the folder `src` of a project, or that of a file that was named, are not.
    """
    here = os.path.realpath(os.getcwd())
    found = dict.fromkeys(_folder_of(module) for module in modules)
    return tuple(
        folder
        for folder in found
        if folder is not None and folder != here and not _is_always_searched(folder)
    )


def _folder_of(module: str) -> str | None:
    imported = sys.modules.get(module)
    if imported is None and module == importable_name_of_program():
        imported = sys.modules.get("__main__")
    file = getattr(imported, "__file__", None)
    if not isinstance(file, str) or not file.endswith((".py", ".pyi")):
        return None
    parts = module.split(".")
    if os.path.basename(file).startswith("__init__."):
        parts.append("__init__")
    folder = os.path.realpath(file)
    for part in reversed(parts):
        folder, name = os.path.split(folder)
        if name.partition(".")[0] != part:
            return None  # a module under another name than its file's
    return folder


@cache
def _is_always_searched(folder: str) -> bool:
    if {"site-packages", "dist-packages"} & set(folder.split(os.sep)):
        return True
    standard = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    return folder in standard
