"""mypy is started only if it may say something new, and each text has a place of its own."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hbia_dsl.judging.mypy_judge import MypyJudge
from hbia_dsl.lowering.check_place import CheckText


class _Mypy:
    """Stands for the process: says nothing, with a witness that it has looked at nothing."""

    def __init__(self) -> None:
        self.read: list[str] = []
        """The texts that it was started for."""

    def run(
        self, command: Sequence[str], *, env: dict[str, str], **_: object
    ) -> subprocess.CompletedProcess[str]:
        folder = Path(env["MYPYPATH"].partition(":")[0])
        module = command[command.index("-m") + 1]
        self.read.append(folder.joinpath(*module.split(".")).with_suffix(".py").read_text("utf-8"))
        facts_file = next(word for word in command if "answer.json." in word)
        Path(facts_file).write_text(json.dumps({}), encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def mypy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Mypy:
    """A mypy that remembers something of before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("MYPY_CACHE_DIR", raising=False)
    (tmp_path / "cache" / "check" / "mypy").mkdir(parents=True)
    mypy = _Mypy()
    monkeypatch.setattr(subprocess, "run", mypy.run)
    return mypy


def _judge(text: str, key: str = "key") -> None:
    MypyJudge().judge(CheckText(text, {}, (), ()), key)


def test_the_same_question_is_asked_once(mypy: _Mypy) -> None:
    for _ in range(3):
        _judge("one = 1\n")

    assert mypy.read == ["one = 1\n"]


def test_texts_of_one_key_take_turns_and_both_are_remembered(mypy: _Mypy) -> None:
    for text in ("one = 1\n", "two = 2\n") * 3:
        _judge(text)

    assert mypy.read == ["one = 1\n", "two = 2\n"]


def test_the_answer_of_a_mypy_that_remembers_nothing_is_not_kept(
    mypy: _Mypy, tmp_path: Path
) -> None:
    (tmp_path / "cache" / "check" / "mypy").rmdir()

    for _ in range(3):
        _judge("one = 1\n")

    # It looks at all that the app imports, and each recall would do so, too.
    assert mypy.read == ["one = 1\n"] * 2
