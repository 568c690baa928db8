"""A fact changes whenever a look would find something else, and stays while it would not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hbia_dsl.judging.seen_facts import (
    CONTENT,
    FILE,
    LINK,
    LISTING,
    YOUNG_NS,
    Facts,
    fact,
    facts_now,
    is_young,
    variable_fact,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("number = 1\n", encoding="utf-8")
    (tmp_path / "link.py").symlink_to("app.py")
    return tmp_path


def _everything(folder: Path) -> Facts:
    keys = [f"{LISTING} {folder}"]
    for name in ("app.py", "link.py", "absent.pyi"):
        keys += [f"{kind} {folder / name}" for kind in (FILE, CONTENT, LINK)]
    return facts_now(keys, {})


def _kinds_changed(folder: Path, edit: Callable[[Path], object]) -> set[str]:
    before = _everything(folder)
    edit(folder)
    after = _everything(folder)
    return {key.replace(f"{folder}", "").strip() for key in before if before[key] != after[key]}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _replace_by_a_twin(folder: Path) -> None:
    """Give the name to another file of the same size and time."""
    file, twin = folder / "app.py", folder / "twin.py"
    _write(twin, "number = 2\n")
    os.utime(twin, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    twin.replace(file)


def _become_a_folder(folder: Path) -> None:
    (folder / "app.py").unlink()
    (folder / "app.py").mkdir()


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (lambda folder: _write(folder / "app.py", "number = 10\n"), "file /app.py"),
        (_replace_by_a_twin, "file /app.py"),
        (_replace_by_a_twin, "content /app.py"),
        (_become_a_folder, "file /app.py"),
        (lambda folder: (folder / "app.py").unlink(), "file /app.py"),
        (lambda folder: (folder / "app.py").unlink(), "file /link.py"),
        (lambda folder: (folder / "app.py").unlink(), "list"),
        (lambda folder: _write(folder / "absent.pyi", ""), "file /absent.pyi"),
        (lambda folder: _write(folder / "other.py", ""), "list"),
        (lambda folder: (folder / "link.py").rename(folder / "absent.pyi"), "link /link.py"),
        (lambda folder: (folder / "link.py").rename(folder / "absent.pyi"), "link /absent.pyi"),
    ],
)
def test_an_edit_changes_what_a_look_would_find(
    folder: Path, edit: Callable[[Path], object], changed: str
) -> None:
    assert changed in _kinds_changed(folder, edit)


def test_a_link_to_elsewhere_is_another_link(folder: Path) -> None:
    _write(folder / "other.py", "number = 1\n")
    before = fact(LINK, str(folder / "link.py"))
    (folder / "link.py").unlink()
    (folder / "link.py").symlink_to("other.py")

    assert fact(LINK, str(folder / "link.py")) != before


@pytest.mark.parametrize(
    "touch",
    [
        lambda _: None,
        lambda folder: (folder / "__pycache__").mkdir(),
        lambda folder: (folder / "app.py").read_bytes(),
    ],
    ids=["nothing", "compiled modules", "reading"],
)
def test_what_means_nothing_changes_nothing(folder: Path, touch: Callable[[Path], object]) -> None:
    assert _kinds_changed(folder, touch) == set()


def test_of_a_folder_as_a_file_it_only_matters_that_it_is_one(folder: Path) -> None:
    before = fact(FILE, str(folder))
    _write(folder / "other.py", "")

    assert fact(FILE, str(folder)) == before


def test_a_variable_without_a_value_is_not_one_that_is_not_set() -> None:
    facts = [variable_fact(given, "MYPYPATH") for given in ({}, {"MYPYPATH": ""})]

    assert facts[0] != facts[1]
    assert facts_now(["env MYPYPATH"], {"MYPYPATH": ""}) == {"env MYPYPATH": facts[1]}


def test_only_a_file_that_has_just_changed_is_young(folder: Path) -> None:
    seen = fact(FILE, str(folder / "app.py"))
    changed_ns = (folder / "app.py").stat().st_ctime_ns

    assert is_young(seen, changed_ns)
    assert is_young(seen, changed_ns + YOUNG_NS - 1)
    assert not is_young(seen, changed_ns + YOUNG_NS)
    assert not is_young(fact(FILE, str(folder)), 0)
    assert not is_young(fact(FILE, str(folder / "absent.pyi")), 0)
