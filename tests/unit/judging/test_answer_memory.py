"""An answer is given again to the same question while every fact holds, and never otherwise."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.judging.answer_memory import Answer, AnswerMemory
from hbia_dsl.judging.seen_facts import facts_now

SAID: Final = Answer(1, '{"line": 3}\n')
ENVIRONMENT: Final = {"MYPYPATH": "src"}


def _memory(folder: Path, question: str = "what", **environment: str) -> AnswerMemory:
    (folder / "answers").mkdir(exist_ok=True)
    return AnswerMemory(str(folder / "answers" / "one.json"), question, ENVIRONMENT | environment)


def _witness(memory: AnswerMemory, folder: Path) -> None:
    keys = [f"file {folder / 'app.py'}", f"list {folder}", "env MYPYPATH"]
    Path(memory.facts_file).write_text(json.dumps(facts_now(keys, ENVIRONMENT)), encoding="utf-8")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with one answer."""
    memory = _memory(tmp_path)
    (tmp_path / "app.py").write_text("number = 1\n", encoding="utf-8")
    _witness(memory, tmp_path)
    memory.keep(SAID)
    memory.forget_facts()
    return tmp_path


def test_an_answer_is_given_again(kept: Path) -> None:
    assert _memory(kept).recall() == SAID


def test_what_a_witness_left_is_removed(kept: Path) -> None:
    assert [path.name for path in (kept / "answers").iterdir()] == ["one.json"]


def test_another_question_has_no_answer(kept: Path) -> None:
    assert _memory(kept, "what else").recall() is None


def test_with_another_variable_there_is_no_answer(kept: Path) -> None:
    assert _memory(kept, MYPYPATH="lib").recall() is None
    assert _memory(kept, OTHER="x").recall() == SAID


@pytest.mark.parametrize("name", ["app.py", "app.pyi"])
def test_when_a_fact_changes_there_is_no_answer(kept: Path, name: str) -> None:
    (kept / name).write_text("number = 10\n", encoding="utf-8")

    assert _memory(kept).recall() is None


def test_an_answer_without_a_witness_is_not_kept(tmp_path: Path) -> None:
    memory = _memory(tmp_path)

    memory.keep(SAID)

    assert memory.recall() is None


def test_an_answer_without_a_witness_does_not_refresh_an_older_one(kept: Path) -> None:
    (kept / "app.py").write_text("number = 10\n", encoding="utf-8")
    memory = _memory(kept)

    memory.keep(Answer(0, ""))

    assert memory.recall() is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[:-10],
        lambda _: "[]",
        lambda _: '{"question": 1}',
        lambda text: text.replace('"code": 1', '"code": "one"'),
        lambda text: text.replace('"file /', '"strange /'),
    ],
)
def test_a_damaged_memory_has_no_answer(kept: Path, damage: Callable[[str], str]) -> None:
    file = kept / "answers" / "one.json"
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")

    assert _memory(kept).recall() is None


def test_facts_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    memory = _memory(tmp_path)
    Path(memory.facts_file).write_text("{", encoding="utf-8")

    memory.keep(SAID)

    assert memory.recall() is None
