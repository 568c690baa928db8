"""A type checker is told of the folders that it would not search by itself, and of no others."""

import importlib
import json
import sys
from pathlib import Path

import attrs
import pytest

from hbia_dsl.judging.search_folders import search_folders


def _imported(monkeypatch: pytest.MonkeyPatch, folder: Path, module: str) -> str:
    file = folder.joinpath(*module.split("."))
    file.parent.mkdir(parents=True, exist_ok=True)
    for package in file.parents:
        if package == folder:
            break
        (package / "__init__.py").touch()
    file.with_suffix(".py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    importlib.import_module(module)
    for name in [m for m in sys.modules if m.partition(".")[0] == module.partition(".")[0]]:
        monkeypatch.setitem(sys.modules, name, sys.modules.pop(name))
    return module


def test_the_folder_of_a_package_is_the_one_that_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _imported(monkeypatch, tmp_path / "src", "shelved.deep.flows")

    assert search_folders([module, "shelved.deep", "shelved"]) == (str(tmp_path / "src"),)


def test_the_working_folder_is_searched_anyhow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _imported(monkeypatch, tmp_path, "nearby_flows")
    monkeypatch.chdir(tmp_path)

    assert search_folders([module]) == ()


def test_installed_packages_and_the_standard_library_are_searched_anyhow() -> None:
    assert search_folders([attrs.__name__, json.__name__, "builtins", "not_imported"]) == ()


def test_a_module_under_another_name_than_its_file_has_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _imported(monkeypatch, tmp_path, "odd_flows")
    monkeypatch.setitem(sys.modules, "renamed", sys.modules[module])

    assert search_folders(["renamed"]) == ()
