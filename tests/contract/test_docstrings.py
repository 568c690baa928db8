"""Every module and every public definition says what it is and why it is there."""

import ast

from contract.source_tree import (
    listed,
    package_modules,
    public_definitions,
    python_files,
    shown,
    tree_of,
)


def test_every_module_has_a_docstring() -> None:
    silent = [shown(path) for path in python_files() if ast.get_docstring(tree_of(path)) is None]

    assert not silent, listed(silent)


def test_every_public_definition_has_a_docstring() -> None:
    silent = [
        f"{shown(path)}:{item.lineno} {name}"
        for path in package_modules()
        for name, item in public_definitions(path)
        if ast.get_docstring(item) is None
    ]

    assert not silent, listed(silent)


def test_the_text_of_the_package_is_plain_ascii() -> None:
    texts = [*package_modules(), *package_modules()[0].parent.rglob("*.md")]
    coloured = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if not line.isascii()
    ]

    assert not coloured, listed(coloured)
