"""What mypy remembers of an app is copied when it is newer, whole or not at all."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from hbia_dsl.judging.mypy_memory import app_memory, prepare_memory


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, in which mypy remembers something."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MYPY_CACHE_DIR", raising=False)


def _remember(folder: str = ".mypy_cache", value: str = "first") -> Path:
    path = Path(folder) / "3.11" / "cache.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("create table if not exists said (word)")
        opened.execute("insert into said values (?)", [value])
    return path


def _words(folder: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(folder / "3.11" / "cache.db")) as opened:
        return [word for (word,) in opened.execute("select word from said")]


def test_a_database_and_plain_files_are_copied(tmp_path: Path) -> None:
    _remember()
    plain = Path(".mypy_cache/3.11/app.meta.json")
    plain.write_text("{}", encoding="utf-8")
    os.utime(plain, (1_000, 2_000))

    prepare_memory("own")

    assert _words(tmp_path / "own") == ["first"]
    # mypy compares the time of such a file with the one that it has noted.
    assert Path("own/3.11/app.meta.json").stat().st_mtime == 2_000


def test_what_a_program_writes_at_this_moment_is_copied_as_it_is_committed(tmp_path: Path) -> None:
    path = _remember()
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("pragma journal_mode=wal")
        writer.execute("insert into said values ('committed')")
        writer.commit()
        writer.execute("insert into said values ('pending')")

        prepare_memory("own")

        assert _words(tmp_path / "own") == ["first", "committed"]


def test_nothing_is_copied_again_while_nothing_has_changed(tmp_path: Path) -> None:
    _remember()
    prepare_memory("own")
    (tmp_path / "own" / "ours").write_text("kept", encoding="utf-8")

    prepare_memory("own")

    assert (tmp_path / "own" / "ours").exists()


def test_what_is_newer_is_copied_over_ours(tmp_path: Path) -> None:
    path = _remember()
    prepare_memory("own")
    _remember(value="second")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))

    prepare_memory("own")

    assert _words(tmp_path / "own") == ["first", "second"]


def test_without_anything_to_copy_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ours").write_text("kept", encoding="utf-8")

    prepare_memory("own")

    assert (tmp_path / "own" / "ours").exists()


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    Path(".mypy_cache/3.11").mkdir(parents=True)
    Path(".mypy_cache/3.11/cache.db").write_bytes(b"this is no database" * 100)

    prepare_memory("own")

    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mypy.ini", "[mypy]\ncache_dir = elsewhere\n"),
        (".mypy.ini", "[mypy]\ncache_dir = elsewhere\n"),
        ("setup.cfg", "[mypy]\ncache_dir = elsewhere\n"),
        ("pyproject.toml", '[tool.mypy]\ncache_dir = "elsewhere"\n'),
    ],
)
def test_the_folder_is_the_one_that_mypy_is_configured_to_use(
    tmp_path: Path, file: str, text: str
) -> None:
    Path(file).write_text(text, encoding="utf-8")
    _remember("elsewhere")

    assert app_memory() == str(tmp_path / "elsewhere")


def test_the_environment_wins_over_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mypy.ini").write_text("[mypy]\ncache_dir = elsewhere\n", encoding="utf-8")
    monkeypatch.setenv("MYPY_CACHE_DIR", "chosen")
    _remember("elsewhere")
    _remember("chosen")

    assert app_memory() == str(tmp_path / "chosen")


@pytest.mark.parametrize("text", ["[mypy]\n", "[other]\ncache_dir = elsewhere\n", "no ini at all"])
def test_without_a_configured_folder_it_is_the_usual_one(tmp_path: Path, text: str) -> None:
    Path("mypy.ini").write_text(text, encoding="utf-8")
    _remember()
    _remember("elsewhere")

    assert app_memory() == str(tmp_path / ".mypy_cache")


def test_where_mypy_never_ran_there_is_none() -> None:
    shutil.rmtree(".mypy_cache", ignore_errors=True)

    assert app_memory() is None


def test_a_project_that_wants_mypy_to_forget_has_none() -> None:
    Path("mypy.ini").write_text(f"[mypy]\ncache_dir = {os.devnull}\n", encoding="utf-8")

    assert app_memory() is None
