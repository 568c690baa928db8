"""Every example runs by itself, without a warning, and prints what its docstring promises."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ARGUMENTS: Final = {
    "library_census.py": ["--limit", "40"],
    "census_incremental.py": ["--limit", "40"],
    "signup.py": [],
    "fan_out_http.py": [],
    "payment_sqlite.py": [],
    "trip_saga.py": [],
}
CENSUS_VERTICES: Final = [
    "find_files",
    "read",
    "parse",
    "count_lines",
    "count_tokens",
    "measure_docstrings",
    "build_import_graph",
    "find_longest_functions",
    "report",
]

TAKEN_BACK: Final = (
    "the second trip: nothing is left for oslo; "
    "group `trip` was compensated: `book_hotel`, `book_flight`:"
)


@cache
def _output(name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", f"examples/{name}", *ARGUMENTS[name]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=55,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_every_example_is_tested_here() -> None:
    assert sorted(path.name for path in (ROOT / "examples").glob("*.py")) == sorted(ARGUMENTS)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_example_says_how_to_start_it(name: str) -> None:
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")

    assert f"    python examples/{name}" in (ast.get_docstring(ast.parse(text)) or "")


def test_the_census_prints_the_stages_of_each_mode_and_compares_them() -> None:
    printed = _output("library_census.py")

    blocks = {
        mode: printed.partition(f"{mode}: ")[2].partition("\n\n")[0]
        for mode in ("serial", "parallel", "eager")
    }
    for block in blocks.values():
        assert re.match(r"\d+\.\d\d s\n", block)
        assert re.findall(r"stage (\d): +\d+\.\d\d s", block) == ["1", "2", "3", "4", "5"]
        assert re.findall(r"^    (\w+) +\d+\.\d\d s", block, re.MULTILINE) == CENSUS_VERTICES
    assert "all modes agree: True" in printed
    assert re.search(r"parallel took \d+\.\d\d of the serial time", printed)
    assert re.search(r"eager took \d+\.\d\d of the serial time", printed)


def test_the_census_reports_what_is_in_the_library() -> None:
    printed = _output("library_census.py")

    assert re.search(r"^\d+ modules, [\d,]{5,} tokens, [\d,]{4,} lines$", printed, re.MULTILINE)
    assert re.search(
        r"^\d+ % of [\d,]+ public modules, classes and functions", printed, re.MULTILINE
    )
    assert re.search(r"names used most: +self", printed)
    assert re.search(r"longest functions: +\w+\.\w+ \(\d+ lines\)", printed)
    assert "the report came from: input.limit, input.root, find_files.find_files" in printed


def test_the_second_census_runs_only_what_an_edit_can_change() -> None:
    printed = _output("census_incremental.py")

    answers = {
        title: re.findall(r"^  (\w+): succeeded in [\d.]+ s, (hit|miss)", block, re.MULTILINE)
        for title, block in re.findall(
            r"^== (.+?): [\d.]+ s ==\n(.*?)\n\n", printed, re.MULTILINE | re.DOTALL
        )
    }
    ran = {
        title: [name for name, answer in found if answer == "miss"]
        for title, found in answers.items()
    }
    analyses = ["count_lines", "count_blank", "count_functions", "count_imports", "report"]
    assert [name for name, _ in answers["first run"]] == analyses
    # Whether the results of the last edit differ, so that the report runs too, the library decides.
    assert ran.pop("`stripped` edited, which two of them call")[:2] == analyses[:2]
    assert ran == {
        "first run": analyses,
        "nothing changed": [],
        "`count_functions` edited": ["count_functions", "report"],
    }
    for reason in (
        "miss: function `census_analyses.count_functions` in census_analyses.py changed",
        "miss: input `functions` changed",
        "miss: function `census_analyses.stripped` in census_analyses.py changed",
    ):
        assert reason in printed


@pytest.mark.parametrize("limit", ["0", "-3", "many"])
def test_the_census_refuses_a_limit_that_is_none(limit: str) -> None:
    done = subprocess.run(
        [sys.executable, "examples/library_census.py", f"--limit={limit}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=55,
    )

    assert done.returncode == 2
    assert "--limit" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sign_up_prints_typed_results_lineage_and_two_kinds_of_failure() -> None:
    printed = _output("signup.py")

    for expected in (
        "Welcome, Alice! Your number is 1. (alice@example.org)",
        "saved as 1 with score 0.9",
        "by name: User(name='Alice', email='alice@example.org')",
        "the mail came from: input.email, input.name, input.referrer, normalize.normalize, save",
        "  to <- rank.best (explicit)",
        "from untyped data: Hello, Eve! Your number is 2.",
        "flow `signup` failed: `save` raised ValueError; 2 skipped",
        "skipped: rank, mail",
        "error[HB201]: nothing provides `Prices`, which `forgotten` requires",
        "error[HB209]: no vertex takes the input `referrer` of `Signup`",
    ):
        assert expected in printed
    assert str(ROOT) not in printed


def test_the_fan_out_overlaps_on_both_loops_when_asked_to() -> None:
    printed = _output("fan_out_http.py")

    seconds = {
        (loop, how): float(took)
        for loop, how, took in re.findall(
            r"^(asyncio|trio) +(one by one|at once) +(\d+\.\d+) s   lamp: 7 left",
            printed,
            re.MULTILINE,
        )
    }
    assert len(seconds) == 4
    for loop in ("asyncio", "trio"):
        assert seconds[loop, "at once"] < seconds[loop, "one by one"]
    assert printed.rstrip().endswith(
        "own loop: lamp: 7 left, 19.90 EUR each; people say: solid, too loud"
    )


def test_the_payment_leaves_nothing_behind_when_it_fails_in_the_middle() -> None:
    morning, bought, failed, verified = _output("payment_sqlite.py").split("\n\n")

    assert "stock [('lamp', 2, 1990), ('piano', 1, 300000)]" in morning
    assert bought.startswith("ann has bought a lamp for 19.90 EUR:")
    left = "\n".join(bought.splitlines()[1:])
    assert "accounts [('ann', 3010), ('bob', 100)]" in left
    assert "orders [('ann', 'lamp', 1990)]" in left
    assert failed.startswith(
        "bob cannot pay 3000.00 EUR; group `payment` was rolled back: `reserve`:"
    )
    assert left in failed
    assert failed.endswith("nothing is left of it: True")
    assert "group `payment` (rollback): 22 runs, keeps its word" in verified


def test_the_trip_is_taken_back_in_reverse_order_and_a_failed_cancellation_tried_again() -> None:
    first, second, verified = _output("trip_saga.py").split("\n\n")

    assert first.splitlines() == [
        "the first trip:",
        "  flights: book rome -> 201",
        "  hotels: book rome -> 201",
        "  cars: book rome -> 201",
        "  booked: flights ['rome'], hotels ['rome'], cars ['rome']",
    ]
    assert second.splitlines() == [
        TAKEN_BACK,
        "  flights: book oslo -> 201",
        "  hotels: book oslo -> 201",
        "  cars: book oslo -> 409",
        "  hotels: cancel oslo -> 503",
        "  hotels: cancel oslo -> 204",
        "  flights: cancel oslo -> 204",
        "  booked: flights ['rome'], hotels ['rome'], cars ['rome']",
    ]
    assert "group `trip` (compensate): 18 runs, keeps its word" in verified
