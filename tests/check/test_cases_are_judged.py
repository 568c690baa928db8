"""Building, lowering and plain type checking together find all 38 mistakes of the 40 cases.

Nothing that is right is refused. Both type checkers agree.
"""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.check.check_flow import check_targets
from hbia_dsl.judging.check_report import CheckReport, Finding, Tool

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests" / "typed_graph_cases"
CASES: Final = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "domain")

Mistake = tuple[str, int]


def _planted(*kinds: str) -> set[Mistake]:
    found = set()
    for case in CASES:
        lines = (FOLDER / f"{case}.py").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            mark = re.search(r"# planted: (.+)$", line)
            if mark and any(kind.startswith(kinds) for kind in mark[1].split(", ")):
                found.add((case, number))
    return found


def _checked(tool: Tool) -> CheckReport:
    return check_targets([f"typed_graph_cases.{case}:build()" for case in CASES], tool=tool)


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def report(request: pytest.FixtureRequest, memory: Path) -> CheckReport:
    """All cases, judged together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HBIA_CACHE_DIR", str(memory))
        patch.setattr(sys, "path", [str(ROOT / "tests"), *sys.path])
        for case in CASES:
            importlib.import_module(f"typed_graph_cases.{case}")
        return _checked(request.param)


def _mistake(finding: Finding) -> Mistake:
    location = finding.diagnostic.location
    if location is not None:
        return Path(location.file).stem, location.line
    (place,) = re.findall(r"(\w+)\.py:(\d+)\)", finding.diagnostic.drawing[0])
    return place[0], int(place[1])


def test_building_and_lowering_find_exactly_what_is_planted_for_them(report: CheckReport) -> None:
    assert {_mistake(f) for f in report.findings} == _planted("HB", "lowered")
    assert len(report.findings) == 33
    assert report.failures == ()


def test_only_what_building_lets_pass_is_left_to_the_type_checker(report: CheckReport) -> None:
    judged = {_mistake(f) for f in report.findings if f.flow}

    assert judged == _planted("lowered")


def test_nothing_but_the_value_of_type_any_is_left_unproven(report: CheckReport) -> None:
    assert [item.text for item in report.not_proven] == [
        "the value of `parsed` is `Any`, which fits everywhere"
    ]


def test_the_rest_is_what_pyright_sees_without_us(tmp_path: Path) -> None:
    # That mypy sees the same is shown where the cases themselves are tested.
    copies = tmp_path / "typed_graph_cases"
    copies.mkdir()
    for path in FOLDER.glob("*.py"):
        # In the repository what a checker sees is silenced where it stands; here it may speak.
        text = re.sub(r"  # type: ignore\[[a-z-]+\]", "", path.read_text(encoding="utf-8"))
        (copies / path.name).write_text(text, encoding="utf-8")

    found = _seen_by_pyright(copies)

    assert found == _planted("static")
    assert len(found | _planted("HB", "lowered")) == 38


def _seen_by_pyright(folder: Path) -> set[Mistake]:
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "."],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return {
        (Path(said["file"]).stem, said["range"]["start"]["line"] + 1)
        for said in json.loads(done.stdout)["generalDiagnostics"]
        if said["severity"] == "error"
    }
