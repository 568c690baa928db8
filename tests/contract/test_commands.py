"""README's two commands are whole, and the checks of a change run the same one."""

import os
import re
from typing import Final

from contract.source_tree import ROOT

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
CHECKS: Final = ROOT / ".ci" / "run"


def _commands() -> list[str]:
    return [
        block.strip()
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", README, re.DOTALL)
    ]


def test_readme_opens_with_two_commands_each_enough_by_itself() -> None:
    run, test = _commands()[:2]

    assert run.endswith("python examples/library_census.py")
    assert test.endswith("python -m pytest -n 2 --dist loadfile")
    for command in (run, test):
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_what_the_commands_run_is_there() -> None:
    assert (ROOT / "examples" / "library_census.py").is_file()


def test_the_checks_end_with_the_test_command_of_readme() -> None:
    assert CHECKS.read_text(encoding="utf-8").rstrip().splitlines()[-1] == _commands()[1]


def test_the_checks_can_be_started() -> None:
    assert os.access(CHECKS, os.X_OK)
