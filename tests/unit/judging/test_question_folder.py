"""Every question has a folder of its own; those that nobody asks any more are removed."""

import os
import time
from pathlib import Path

import pytest

from hbia_dsl.judging.question_folder import (
    IN_USE_S,
    LONGEST_S,
    MOST_KEPT,
    make_question_folder,
    note_use,
    question_folder,
)


def _question(folder: Path, module: str, number: int, *, used_s_ago: float = 0.0) -> Path:
    """Make a folder with a text in it, last used so long ago."""
    path = Path(question_folder(str(folder), module, f"{number:024d}"))
    path.mkdir(parents=True)
    (path / "text.py").write_text("", encoding="utf-8")
    then = time.time() - used_s_ago
    os.utime(path, (then, then))
    return path


def _left(folder: Path, module: str) -> list[int]:
    return sorted(int(path.name) for path in (folder / "asked" / module).iterdir())


def test_questions_differ_by_module_and_by_digest(tmp_path: Path) -> None:
    folders = {question_folder(str(tmp_path), m, d * 64) for m in ("one", "two") for d in "ab"}

    assert len(folders) == 4


def test_of_each_module_the_latest_questions_are_kept(tmp_path: Path) -> None:
    for number in range(2 * MOST_KEPT):
        for module in ("one", "two"):
            _question(tmp_path, module, number, used_s_ago=IN_USE_S + 60 * (number + 1))

    make_question_folder(question_folder(str(tmp_path), "one", f"{99:024d}"))

    assert _left(tmp_path, "one") == [*range(MOST_KEPT - 1), 99]
    assert _left(tmp_path, "two") == [*range(MOST_KEPT)]


def test_what_a_check_may_still_be_asking_is_kept(tmp_path: Path) -> None:
    for number in range(2 * MOST_KEPT):
        _question(tmp_path, "one", number, used_s_ago=IN_USE_S / 2)

    make_question_folder(question_folder(str(tmp_path), "one", f"{99:024d}"))

    assert _left(tmp_path, "one") == [*range(2 * MOST_KEPT), 99]


def test_a_question_that_was_asked_again_is_not_old(tmp_path: Path) -> None:
    asked = [
        _question(tmp_path, "one", number, used_s_ago=2 * IN_USE_S + number)
        for number in range(2 * MOST_KEPT)
    ]

    note_use(str(asked[-1]))
    make_question_folder(question_folder(str(tmp_path), "one", f"{99:024d}"))

    assert _left(tmp_path, "one") == [*range(MOST_KEPT - 2), 2 * MOST_KEPT - 1, 99]


def test_a_module_that_nobody_asks_about_any_more_is_removed(tmp_path: Path) -> None:
    module = _question(tmp_path, "gone", 1, used_s_ago=LONGEST_S + 60).parent

    make_question_folder(question_folder(str(tmp_path), "one", f"{1:024d}"))

    assert _left(tmp_path, "gone") == []
    assert module.exists()  # for an hour: another check may be about to begin there

    then = time.time() - IN_USE_S - 60
    os.utime(module, (then, then))
    make_question_folder(question_folder(str(tmp_path), "one", f"{1:024d}"))

    assert not module.exists()


def test_a_folder_that_another_check_removes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = _question(tmp_path, "gone", 1, used_s_ago=LONGEST_S + 60)
    stat = os.stat

    def racing(path: str | Path) -> os.stat_result:
        if Path(path) == gone:
            raise FileNotFoundError(path)
        return stat(path)

    monkeypatch.setattr("hbia_dsl.judging.question_folder.os.stat", racing)

    make_question_folder(question_folder(str(tmp_path), "one", f"{1:024d}"))

    assert _left(tmp_path, "one") == [1]
