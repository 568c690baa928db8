"""Two independent judges agree on `accept.py`: mypy, strict, and pyright."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ACCEPTED: Final = Path(__file__).with_name("accept.py")
CANARY: Final = """
from typing import assert_type
from hbia_dsl import Flow, vertex

@vertex
def normalize(name: str) -> int: ...

assert_type(Flow.of("a", normalize, result=normalize).run().value, str)
"""


def _judge(name: str, file: Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    if name == "mypy":
        options = ["--config-file", str(ROOT / "mypy.ini"), "--cache-dir", str(scratch / "cache")]
    else:
        options = ["--pythonpath", sys.executable]
    return subprocess.run(
        [sys.executable, "-m", name, *options, str(file)],
        cwd=scratch,
        env={**os.environ, "MYPYPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=55,
    )


judges = pytest.mark.parametrize("judge", ["mypy", "pyright"])


@judges
def test_a_judge_accepts_what_must_be_accepted(judge: str, tmp_path: Path) -> None:
    done = _judge(judge, ACCEPTED, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


@judges
def test_a_judge_does_see_our_types(judge: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.py"
    canary.write_text(CANARY, encoding="utf-8")

    done = _judge(judge, canary, tmp_path)

    assert done.returncode == 1
    assert "int" in done.stdout
    assert "str" in done.stdout
