"""How long `hbia` takes to start, beside a bare Python and beside the imports it cannot avoid."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from figures import Figure, table
from measuring import Effort, Sample, alternate, once

SECTION: Final = "hbia"

_FLOW: Final = '''
"""One vertex."""
from hbia_dsl import Flow, vertex

@vertex(effect="pure")
def double(number: int) -> int:
    return number * 2

doubled = Flow.of("doubled", double, result=double)
'''

_CHECKED: Final = 500
"""Vertices of the flow that is checked again, with nothing changed."""


def _checked_flow() -> str:
    lines = ["from typing import NewType", "", "from hbia_dsl import Flow, vertex", ""]
    lines += [f'T{n} = NewType("T{n}", int)' for n in range(_CHECKED)]
    for n in range(_CHECKED):
        taken = f"value: T{n - 1}" if n else "start: int"
        lines += ["", "@vertex", f"def v{n}({taken}) -> T{n}:", f"    return T{n}({n})"]
    vertices = ", ".join(f"v{n}" for n in range(_CHECKED))
    return "\n".join([*lines, "", f'large = Flow.of("large", {vertices})', ""])


PROGRAMS: Final = {
    "bare": ("-c", "pass"),
    "its imports": ("-c", "import hbia_dsl, cyclopts, rich.console, rich.table, rich.panel"),
    "hbia --help": ("-m", "hbia_dsl", "--help"),
    "hbia explain": ("-m", "hbia_dsl", "explain", "HB201"),
    f"import of {_CHECKED} vertices": ("-c", "import bench_large"),
    f"hbia check of {_CHECKED}, again": ("-m", "hbia_dsl", "check", "bench_large"),
    "hbia run": ("-m", "hbia_dsl", "run", "bench_flow:doubled", "--set", "number=3", "-q"),
}


def measure(effort: Effort) -> list[Figure]:
    """Measure fresh processes in turn and print what they add to a bare one."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "bench_flow.py").write_text(_FLOW, encoding="utf-8")
        (Path(folder) / "bench_large.py").write_text(_checked_flow(), encoding="utf-8")
        samples = {name: _starting(program, folder) for name, program in PROGRAMS.items()}
        for sample in samples.values():
            sample()  # the first one compiles
        series = alternate(samples, effort.rounds * 2 + 1)
    bare_ms = series.seconds("bare") * 1e3
    added = {name: series.over(name, "bare") * 1e3 for name in PROGRAMS}
    imports_ms = added["its imports"]
    figures = [
        Figure(SECTION, name, "over bare Python", ms, "ms", {"its imports": ms / imports_ms})
        for name, ms in added.items()
        if name != "bare"
    ]
    print(f"milliseconds over a bare Python, which takes {bare_ms:.1f}")
    print(
        table(("", "ms", "x its imports"), [(f.name, f.value, *f.ratios.values()) for f in figures])
    )
    return figures


def _starting(program: tuple[str, ...], folder: str) -> Sample:
    kept = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
    command = [sys.executable, *program]

    def start() -> None:
        subprocess.run(  # noqa: S603 - our own programs
            command, check=True, env=environment, cwd=folder, stdout=subprocess.DEVNULL
        )

    return lambda: once(start)
