"""A newcomer finds a concept by its file name and reads it on one screen or three."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import Final

from contract.source_tree import (
    PACKAGE,
    Function,
    dotted,
    functions,
    imports,
    listed,
    package_modules,
    shown,
    tree_of,
)

LINES_A_MODULE: Final = 400
LINES_A_FUNCTION: Final = 40

BANNED_STEMS: Final = frozenset(
    [
        "utils",
        "util",
        "helpers",
        "common",
        "misc",
        "base",
        "core",
        "tools",
        "types",
        "fns",
        "manager",
        "handler",
    ]
)

FACES: Final = frozenset({"hbia_dsl", "atomicity", "cache", "conf", "documents", "testing"})
"""Packages from which users import, and whose `__init__` therefore gathers names."""


def test_no_two_modules_share_a_file_name() -> None:
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in package_modules():
        if path.stem not in {"__init__", "__main__"}:
            by_name[path.name].append(shown(path))
    shared = [" and ".join(paths) for paths in by_name.values() if len(paths) > 1]

    assert not shared, listed(shared)


def test_no_module_or_package_has_a_name_that_says_nothing() -> None:
    named = [*package_modules(), *(path.parent for path in package_modules())]
    banned = sorted({shown(path) for path in named if path.stem.strip("_") in BANNED_STEMS})

    assert not banned, listed(banned)


def test_no_module_is_longer_than_400_lines() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in package_modules()}
    long = [f"{shown(p)}: {size} lines" for p, size in sizes.items() if size > LINES_A_MODULE]

    assert not long, listed(long)


def test_no_function_is_longer_than_40_lines_without_its_docstring() -> None:
    long = [
        f"{shown(path)}:{function.lineno} {function.name}: {size} lines"
        for path in package_modules()
        for function in functions(path)
        if (size := _lines_without_docstring(function)) > LINES_A_FUNCTION
    ]

    assert not long, listed(long)


def test_a_package_below_the_top_holds_only_its_docstring() -> None:
    full = [
        shown(path)
        for path in package_modules()
        if path.name == "__init__.py"
        if path.parent.name not in FACES
        if len(tree_of(path).body) > 1
    ]

    assert not full, listed(full)


def test_a_face_holds_only_imports_and_its_list_of_names() -> None:
    logic = [
        f"{shown(path)}:{statement.lineno}"
        for face in sorted(FACES)
        for path in [PACKAGE.parent / face / "__init__.py", PACKAGE / face / "__init__.py"]
        if path.exists()
        for statement in tree_of(path).body[1:]
        if not isinstance(statement, ast.ImportFrom) and not _assigns_a_dunder(statement)
        if path != PACKAGE / "__init__.py" or not _loads_when_asked(statement)
    ]

    assert not logic, listed(logic)


def test_every_folder_with_modules_is_a_package() -> None:
    bare = sorted(
        {
            shown(path.parent)
            for path in package_modules()
            if not (path.parent / "__init__.py").exists()
        }
    )

    assert not bare, listed(bare)


def test_names_are_imported_from_the_module_that_defines_them() -> None:
    indirect = [
        f"{shown(path)}:{line}: from {module} import {name}"
        for path in package_modules()
        for line, module, name in imports(path)
        if module.split(".")[0] == "hbia_dsl"
        if name is not None
        if _is_a_package(module)
        if not _exists(f"{module}.{name}")
    ]

    assert not indirect, listed(indirect)


def _loads_when_asked(statement: ast.stmt) -> bool:
    """Whether it belongs to the block by which the package loads some of its names late."""
    starts = ("import typing", "if typing.TYPE_CHECKING:", "_LOADED_WHEN_ASKED: ")
    return ast.unparse(statement).startswith(starts)


def _assigns_a_dunder(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign):
        return False
    return all(re.fullmatch(r"__\w+__", dotted(target)) for target in statement.targets)


def _lines_without_docstring(function: Function) -> int:
    # A signature counts, decorators do not: what is measured is what one reads to understand it.
    first, last = function.lineno, function.end_lineno or function.lineno
    opening = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return last - first + 1
    return last - first + 1 - ((opening.end_lineno or opening.lineno) - opening.lineno + 1)


def _is_a_package(module: str) -> bool:
    return (_path_of(module) / "__init__.py").exists()


def _exists(module: str) -> bool:
    return _is_a_package(module) or _path_of(module).with_suffix(".py").exists()


def _path_of(module: str) -> Path:
    return PACKAGE.parent.joinpath(*module.split("."))
