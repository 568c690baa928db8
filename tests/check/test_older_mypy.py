"""A mypy that is a year old finds the same; it is installed for this, so only on request."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
VERSION: Final = "1.18.2"

pytestmark = pytest.mark.skipif(
    os.environ.get("HBIA_LONG") != "1", reason="installs a package; asked for by HBIA_LONG=1"
)

_PROGRAM: Final = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from hbia_dsl.check.check_flow import check_targets
cases = sorted(p.stem for p in Path(sys.argv[1], "typed_graph_cases").glob("*.py"))
report = check_targets(f"typed_graph_cases.{c}:build()" for c in cases if c != "domain")
json.dump(
    {
        "tool": report.tool,
        "failures": [d.message for d in report.failures],
        "judged": sorted(
            [Path(f.diagnostic.location.file).stem, f.diagnostic.location.line]
            for f in report.findings if f.flow
        ),
        "found": len(report.findings),
    },
    sys.stdout,
)
"""


@pytest.mark.timeout(600)
def test_an_older_mypy_finds_the_same(tmp_path: Path) -> None:
    python = _environment(tmp_path / "env")

    done = subprocess.run(
        [python, "-c", _PROGRAM, str(ROOT / "tests")],
        cwd=tmp_path,
        env={**os.environ, "HBIA_CACHE_DIR": str(tmp_path / "memory")},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)

    assert said["tool"] == f"mypy {VERSION}"
    assert said["failures"] == []
    assert said["judged"] == [["generic_vertex", 23], ["overloaded_vertex", 26]]
    assert said["found"] == 33


def _environment(folder: Path) -> str:
    """Make an environment with an older mypy, and with everything else of this one."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", f"mypy=={VERSION}"], check=True)
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [sysconfig.get_path("purelib"), str(ROOT / "src")]
    Path(own.stdout.strip(), "the_rest.pth").write_text("\n".join(paths), encoding="utf-8")
    assert sys.version_info >= (3, 11)
    return python
