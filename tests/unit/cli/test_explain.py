"""`hbia explain`, and the frame of the command line around it."""

import subprocess
import sys
from importlib.resources import files

import pytest

import hbia_dsl
from hbia_dsl.cli.entry import main
from hbia_dsl.diagnostics.diagnostic_code import CODES
from hbia_dsl.documents.lint_codes import LINT_CODES


@pytest.mark.parametrize("number", ["HB101", "HB201", "HB305", "HB501"])
def test_the_page_of_a_code_is_printed_as_it_is(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", number]) == 0

    printed = capsys.readouterr()
    page = files("hbia_dsl.diagnostics") / "pages" / f"{number}.md"
    assert printed.out == page.read_text(encoding="utf-8")
    assert printed.out.startswith(f"# {number}: ")
    assert printed.err == ""


def test_a_code_may_be_written_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "hb201"]) == 0
    assert capsys.readouterr().out.startswith("# HB201: ")


@pytest.mark.parametrize(
    ("given", "hint"),
    [("HB-201", "did you mean `HB201`?"), ("banana", "`hbia explain` lists all codes")],
)
def test_an_unknown_code_is_wrong_usage_with_a_way_out(
    given: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", given]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"hbia explain: there is no code `{given}`; {hint}\n"


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0

    listed = capsys.readouterr().out.splitlines()
    problems = [f"{code.number}  {code.title}" for code in CODES.values()]
    findings = [f"{code.number}   {code.finds}" for code in LINT_CODES.values()]
    assert listed == [*problems, *findings]


@pytest.mark.parametrize("number", ["E001", "w001"])
def test_a_code_of_lint_has_a_page_too(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", number]) == 0

    told = LINT_CODES[number.upper()]
    page = capsys.readouterr().out
    assert page.startswith(f"# {told.number}: ")
    assert told.finds[1:] in page
    assert told.why in page
    assert told.way[1:] in page


def test_a_code_of_lint_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "W-101"]) == 2

    assert "did you mean `W101`?" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"hbia {hbia_dsl.__version__}\n"


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    assert "explain" in capsys.readouterr().out


def test_without_a_command_the_help_goes_to_the_error_stream(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "explain" in printed.err


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["explian"], "hbia: there is no command `explian`\nhelp: did you mean `explain`?"),
        (["explain", "HB201", "HB202"], "hbia explain: nothing takes `HB202`\n"),
        (["--versio n"], "hbia: there is no command `--versio n`\n"),
        (["explain", "--nope"], "hbia explain: unknown option: --nope\n"),
    ],
)
def test_wrong_usage_ends_with_two(
    argv: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(problem)


@pytest.mark.parametrize(("argv", "code"), [(["explain", "HB201"], 0), (["explain", "HBX"], 2)])
def test_the_module_is_the_command_and_shows_no_traceback(argv: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "hbia_dsl", *argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    running = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "hbia_dsl", "explain", "HB201"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    running.stdout.close()  # before anything was written

    _, errors = running.communicate(timeout=50)

    assert running.returncode == 0
    assert errors == ""
