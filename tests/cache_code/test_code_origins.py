"""Whose code it is: the user's own, a distribution's with its version, or Python's."""

import logging
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import attr
import attrs
import pytest
import yaml

from hbia_dsl.cache.code_distribution import distribution_of, site_folder
from hbia_dsl.cache.code_origin import PYTHON, origin_of_module, origin_of_name


@pytest.mark.parametrize(
    ("module", "distribution"), [(attrs, "attrs"), (attr, "attrs"), (yaml, "PyYAML")]
)
def test_a_module_counts_as_the_distribution_it_came_with(
    module: ModuleType, distribution: str
) -> None:
    assert origin_of_module(module) == f"package {distribution} {version(distribution)}"


@pytest.mark.parametrize("name", ["builtins", "sys", "logging", "os.path", "_json", "zipimport"])
def test_the_standard_library_counts_as_python(name: str) -> None:
    __import__(name)

    assert origin_of_name(name) == PYTHON


def test_what_lies_elsewhere_is_followed(tmp_path: Path) -> None:
    module = ModuleType("logging_of_ours")
    vars(module)["__file__"] = str(tmp_path / "logging_of_ours.py")

    assert origin_of_module(module) is None
    assert origin_of_module(ModuleType("made_by_hand")) is None
    assert origin_of_name(__name__) is None
    assert origin_of_name("__main__") is None


def test_a_module_of_ours_called_like_one_of_the_standard_library_is_ours(tmp_path: Path) -> None:
    module = ModuleType("logging")
    vars(module)["__file__"] = str(tmp_path / "logging.py")

    assert origin_of_module(module) is None
    assert origin_of_module(logging) == PYTHON


def test_the_package_itself_counts_by_its_version_although_it_is_installed_editable() -> None:
    import hbia_dsl

    assert origin_of_module(hbia_dsl) == f"package hbia-dsl {hbia_dsl.__version__}"


def _install(folder: Path, name: str, files: list[str], record: str | None = None) -> None:
    info = folder / f"{name}-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    lines = "".join(f"{file},sha256=x,1\n" for file in files)
    (info / "RECORD").write_text(lines if record is None else record)
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def test_parts_of_one_namespace_belong_to_their_own_distributions(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    _install(folder, "cloud-one", ["cloud/one/__init__.py"])
    _install(folder, "cloud-two", ["cloud/two/__init__.py"])

    found = distribution_of(str(folder), str(folder / "cloud" / "two" / "__init__.py"))

    assert found is not None
    assert found.name == "cloud-two"


def test_a_single_file_module_belongs_to_its_distribution(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    _install(folder, "sixish", ["sixth.py"])

    found = distribution_of(str(folder), str(folder / "sixth.py"))

    assert found is not None
    assert (found.name, found.version) == ("sixish", "2.0")


def test_a_package_put_there_by_hand_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site-packages"
    _install(folder, "other", ["other/__init__.py"])
    module = ModuleType("vendored")
    vars(module)["__file__"] = str(folder / "vendored" / "__init__.py")
    binary = ModuleType("compiled")
    vars(binary)["__file__"] = str(folder / "compiled.so")
    monkeypatch.setitem(sys.modules, "vendored", module)

    assert origin_of_name("vendored") is None
    assert origin_of_module(binary) == "package compiled without-version"


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/a/site-packages/x/y.py", "/a/site-packages"),
        ("/a/dist-packages/x.py", "/a/dist-packages"),
        ("/a/site-packages/b/site-packages/x.py", "/a/site-packages/b/site-packages"),
        ("/a/my-site-packages/x.py", None),
        ("/a/x/site-packages", None),
    ],
)
def test_the_folder_of_installed_packages_is_found(path: str, folder: str | None) -> None:
    assert site_folder(path) == folder
