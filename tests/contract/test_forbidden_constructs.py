"""What the package must not do, because it is unsafe or hides something from the reader."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from contract.source_tree import PACKAGE, dotted, imports, listed, package_modules, shown, tree_of

ALLOWED: Final[Mapping[tuple[str, str], str]] = {
    ("lowering/run_text.py", "compile"): "as exec, below",
    ("lowering/run_text.py", "exec"): (
        "a lowered flow is text of our own: identifiers that were checked, and numbers of slots"
    ),
    ("typeforms/annotation_text.py", "compile"): "as eval, below",
    ("typeforms/annotation_text.py", "eval"): (
        "a text annotation is code of the module that holds it, and Python means it to be evaluated"
        " there; text of a document or of a run's data must never come this way"
    ),
}
"""Why a place may do what is forbidden: (path below the package, construct) to the reason."""

UNSAFE_MODULES: Final = {
    "pickle": "loading it runs what it finds",
    "marshal": "loading it can crash the interpreter",
    "shelve": "it is pickle",
    "dill": "it is pickle",
    "cloudpickle": "it is pickle",
    "unittest.mock": "doubles are named classes in hbia_dsl.testing",
}
UNSAFE_CALLS: Final = {
    "eval": "it runs text",
    "exec": "it runs text",
    "compile": "it makes code of text",
    "builtins.eval": "it runs text",
    "builtins.exec": "it runs text",
    "yaml.load": "it builds any object; compose and walk, or safe_load",
    "yaml.load_all": "as yaml.load",
    "yaml.unsafe_load": "as yaml.load",
    "yaml.full_load": "as yaml.load",
    "os.system": "it runs text in a shell",
}


FACE: Final = "__init__.py"
"""Shows a type checker what a program gets by `__getattr__`; `test_public_names` compares them."""


def test_nothing_unsafe_is_imported_or_called() -> None:
    unsafe = [
        f"{shown(path)}:{line}: {construct}: {reason}"
        for path in package_modules()
        for line, construct, reason in _unsafe_constructs(path)
        if (_below_package(path), construct) not in ALLOWED
    ]

    assert not unsafe, listed(unsafe)


def test_every_allowed_exception_is_still_needed() -> None:
    used = {
        (_below_package(path), construct)
        for path in package_modules()
        for _, construct, _ in _unsafe_constructs(path)
    }
    stale = [
        f"{place}: {construct}" for place, construct in ALLOWED if (place, construct) not in used
    ]

    assert not stale, listed(stale)


def test_nothing_is_imported_for_the_type_checker_alone() -> None:
    hidden = [
        f"{shown(path)}:{item.lineno}"
        for path in package_modules()
        if _below_package(path) != FACE
        for item in ast.walk(tree_of(path))
        if isinstance(item, ast.Name | ast.Attribute)
        if dotted(item).rpartition(".")[2] == "TYPE_CHECKING"
    ]

    assert not hidden, listed(hidden)


@pytest.mark.parametrize(
    ("source", "construct"),
    [
        ("import pickle", "pickle"),
        ("from unittest import mock", "unittest.mock"),
        ("from unittest.mock import Mock", "unittest.mock"),
        ("def f():\n    import marshal as m", "marshal"),
        ("eval('1')", "eval"),
        ("import yaml\nyaml.load('1', yaml.Loader)", "yaml.load"),
        ("from yaml import load\nload('1')", "yaml.load"),
    ],
)
def test_the_search_finds(source: str, construct: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")

    assert construct in [found for _, found, _ in _unsafe_constructs(path)]


def test_the_search_leaves_innocent_names_alone(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("import re\nre.compile('a')\nself.eval()\njson.load(f)", encoding="utf-8")

    assert not list(_unsafe_constructs(path))


def _below_package(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _unsafe_constructs(path: Path) -> Iterator[tuple[int, str, str]]:
    for line, module, name in imports(path):
        for imported in (module, f"{module}.{name}"):
            if imported in UNSAFE_MODULES:
                yield line, imported, UNSAFE_MODULES[imported]
            if imported in UNSAFE_CALLS:
                yield line, imported, UNSAFE_CALLS[imported]
    for item in ast.walk(tree_of(path)):
        if isinstance(item, ast.Call) and dotted(item.func) in UNSAFE_CALLS:
            yield item.lineno, dotted(item.func), UNSAFE_CALLS[dotted(item.func)]
