"""Forty small flows, eight of them right and 32 wrong in 38 ways: what is found, and by whom.

Each case is a module of `typed_graph_cases` with vertices and a `build()` that makes the flow.
Every planted mistake is marked on its line: `# planted: HB204` is found when the flow is built,
`# planted: static` by mypy while one types, and `# planted: lowered` by neither, because it
takes a type checker that sees the edges of the flow.
"""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import attrs
import pytest

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.errors import WiringError

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests" / "typed_graph_cases"
CASES: Final = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "domain")


@attrs.frozen
class Planted:
    """A mistake that a case was given on purpose."""

    case: str
    line: int
    kinds: frozenset[str]


def _planted_in(case: str) -> list[Planted]:
    lines = (FOLDER / f"{case}.py").read_text(encoding="utf-8").splitlines()
    marks = ((n, re.search(r"# planted: (.+)$", line)) for n, line in enumerate(lines, start=1))
    return [Planted(case, n, frozenset(m[1].split(", "))) for n, m in marks if m]


PLANTED: Final = [planted for case in CASES for planted in _planted_in(case)]


def _found_at_build(case: str) -> list[tuple[int, str]]:
    module = importlib.import_module(f"typed_graph_cases.{case}")
    try:
        module.build()
    except WiringError as error:
        return sorted((_line_of(d), d.code.number) for d in error.diagnostics)
    return []


def _line_of(diagnostic: Diagnostic) -> int:
    if diagnostic.location is not None:
        return diagnostic.location.line
    # A cycle has many places; each vertex of the drawing shows its own.
    return int(re.findall(r":(\d+)\)", diagnostic.drawing[0])[0])


def test_there_are_forty_cases_with_thirty_eight_mistakes() -> None:
    wrong = {planted.case for planted in PLANTED}

    assert (len(CASES), len(wrong), len(PLANTED)) == (40, 32, 38)


def test_thirty_one_mistakes_are_planted_for_wiring_and_eight_for_mypy_alone() -> None:
    by_wiring = [p for p in PLANTED if any(kind.startswith("HB") for kind in p.kinds)]
    by_mypy = [p for p in PLANTED if "static" in p.kinds]

    assert (len(by_wiring), len(by_mypy)) == (31, 8)


@pytest.mark.parametrize("case", CASES)
def test_building_finds_exactly_the_planted_mistakes_at_their_lines(case: str) -> None:
    planted = [
        (p.line, kind) for p in _planted_in(case) for kind in p.kinds if kind.startswith("HB")
    ]

    assert planted == _found_at_build(case)


def test_mypy_sees_the_static_mistakes_and_no_others(tmp_path: Path) -> None:
    copies = tmp_path / "typed_graph_cases"
    copies.mkdir()
    for path in FOLDER.glob("*.py"):
        # In the repository what mypy sees is silenced where it stands; here it may speak.
        text = re.sub(r"  # type: ignore\[[a-z-]+\]", "", path.read_text(encoding="utf-8"))
        (copies / path.name).write_text(text, encoding="utf-8")

    assert sorted(
        (p.case, p.line) for p in PLANTED if p.kinds & {"static", "strict"}
    ) == _found_by_mypy(copies)


def _found_by_mypy(folder: Path) -> list[tuple[str, int]]:
    command = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases"]
    command += ["--cache-dir", str(folder.parent / "cache"), "--config-file", os.devnull, "."]
    paths = os.pathsep.join([str(folder.parent), str(ROOT / "src")])
    done = subprocess.run(
        command,
        cwd=folder.parent,
        env={**os.environ, "MYPYPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^typed_graph_cases/(\w+)\.py:(\d+): error:", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return sorted((case, int(line)) for case, line in found)
