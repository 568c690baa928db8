"""The frame of the command line: help, version, lazy loading, what is needed."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.cli.command_table import COMMANDS, CommandRow
from hbia_dsl.cli.entry import main
from started_hbia import hbia

GOLDEN: Final = Path(__file__).parent / "golden" / "help.txt"
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"

_LOADED: Final = """
import json, sys
from hbia_dsl.cli.entry import main
code = main(sys.argv[1:])
print("\\n" + json.dumps([code, sorted(sys.modules)]))
"""

ENGINES: Final = frozenset(
    {"asyncio", "cattrs", "mypy", "sqlite3", "sqlalchemy", "trio", "yaml"}
    | {"hbia_dsl.flow.wired_engine", "hbia_dsl.flow.execution", "hbia_dsl.wiring.wire"}
)


def _loaded_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOADED, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=50,
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert (code, done.stderr) == (0, "")
    return set(modules)


def test_the_help_is_this_text(tmp_path: Path) -> None:
    done = hbia("--help", folder=tmp_path, environment={"COLUMNS": "80"})
    text = "\n".join(line.rstrip() for line in done.out.splitlines()) + "\n"
    if UPDATE:
        GOLDEN.write_text(text, encoding="utf-8")

    assert (done.code, done.err) == (0, "")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_help_loads_neither_an_engine_nor_a_command() -> None:
    loaded = _loaded_by("--help")

    assert sorted(ENGINES & loaded) == []
    assert "hbia_dsl.cli.command_line" in loaded
    modules = {f"hbia_dsl.cli.{row.function.partition(':')[0]}" for row in COMMANDS}
    assert sorted(modules & loaded) == []


def test_explaining_a_code_loads_no_engine() -> None:
    assert sorted(ENGINES & _loaded_by("explain", "HB201")) == []


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_command_has_help_with_examples(
    row: CommandRow, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main([row.name, "--help"]) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.startswith(f"Usage: hbia {row.name}")
    assert row.about in printed.out
    assert "Examples:" in printed.out
    assert row.examples
    for example in row.examples:
        assert f"    {example}" in printed.out


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_a_row_says_what_the_function_says(row: CommandRow) -> None:
    module, _, name = row.function.partition(":")
    function = getattr(import_module(f"hbia_dsl.cli.{module}"), name)

    assert (function.__doc__ or "").partition("\n")[0] == row.about


def test_every_parameter_of_every_command_is_described(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    silent = []
    for row in COMMANDS:
        main([row.name, "--help"])
        for line in capsys.readouterr().out.splitlines():
            cells = line.strip("\u2502 ").split("  ")
            is_parameter = line.startswith("\u2502 ") and line[2:4] in {"--", "* "}
            if is_parameter and not any(" " in cell.strip() for cell in cells[1:]):
                silent.append(f"{row.name}: {line}")

    assert not silent


def test_another_name_of_a_command_is_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [main([name, "--dir", str(tmp_path)]) for name in ("cache-clear", "clear-cache")]

    first, second = capsys.readouterr().out.splitlines()
    assert codes == [0, 0]
    assert first == second


@pytest.mark.parametrize("missing", ["cyclopts", "rich"])
def test_without_the_extra_one_line_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)

    code = main(["explain", "HB201"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert printed.err == (
        'hbia: the command line needs cyclopts and rich; run: pip install "hbia-dsl[cli]"\n'
    )


def test_a_process_without_the_extra_says_so_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nsys.modules['cyclopts'] = None\n", encoding="utf-8"
    )

    done = hbia("check", "app", folder=tmp_path, environment={"PYTHONPATH": str(tmp_path)})

    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert 'pip install "hbia-dsl[cli]"' in done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0

    script = capsys.readouterr().out
    for row in COMMANDS:
        assert row.name in script


def test_a_shell_can_ask_for_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["__complete", "explain", "HB20"]) == 0

    assert "HB201\tNothing provides a value that a vertex requires" in capsys.readouterr().out


def test_a_fault_of_ours_is_one_line_and_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hbia_dsl.cli import explain

    def broken(number: str) -> str:
        raise ZeroDivisionError(number)

    monkeypatch.setattr(explain, "page_of", broken)

    code = main(["explain", "HB201"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (1, "")
    assert printed.err == (
        "hbia explain: unexpected ZeroDivisionError: HB201\nhelp: --traceback shows where\n"
    )
    assert main(["explain", "HB201", "--traceback"]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err
