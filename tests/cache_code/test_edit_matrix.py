"""Every edit of a small application, seen from fresh processes: told apart or not, and named."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final, TypedDict

import pytest

from edited_app import EDITS, Edit, write_app
from hbia_dsl.cache.fingerprint_changes import changed_parts

PROBE: Final = Path(__file__).with_name("fingerprint_probe.py")


class Seen(TypedDict):
    digest: str
    parts: dict[str, str]
    limits: list[str]


def _probe(folders: list[Path], hash_seed: str) -> list[Seen]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", str(PROBE)],
        input=json.dumps([str(folder) for folder in folders]),
        env={"PYTHONHASHSEED": hash_seed},
        cwd=folders[0].parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    seen: list[Seen] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("before")
    write_app(folder)
    return _probe([folder], "1")[0]


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    root = tmp_path_factory.mktemp("after")
    folders = [root / str(number) for number in range(len(EDITS))]
    for folder, edit in zip(folders, EDITS, strict=True):
        write_app(folder, edit)
    seen = _probe(folders, "2")
    return {edit.name: found for edit, found in zip(EDITS, seen, strict=True)}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_changes_the_digest_if_it_can_change_the_result(
    edit: Edit, before: Seen, after: dict[str, Seen]
) -> None:
    assert (after[edit.name]["digest"] != before["digest"]) == bool(edit.says)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_what_was_edited_is_named(edit: Edit, before: Seen, after: dict[str, Seen]) -> None:
    said = changed_parts(_parts(before), _parts(after[edit.name]))

    assert said == list(edit.says)


def test_there_is_nothing_that_cannot_be_seen(before: Seen) -> None:
    assert before["limits"] == []


def _parts(seen: Seen) -> dict[str, bytes]:
    return {name: bytes.fromhex(digest) for name, digest in seen["parts"].items()}
