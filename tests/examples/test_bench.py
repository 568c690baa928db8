"""The benchmarks run: their figures are for people, but a bench that is broken says nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_quick_bench_prints_its_table_of_goals() -> None:
    ran = subprocess.run(
        [sys.executable, "bench/run.py", "--quick", "--only", "fixed"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "== goals ==" in ran.stdout
    assert "one run: serial" in ran.stdout
