"""What `import hbia_dsl` adds to a bare Python, and what it loads."""

import os
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Final

from figures import REFERENCE_ASYNCIO_IMPORT_MS, Figure, table
from measuring import Effort, Sample, alternate, once

SECTION: Final = "import"

GOAL_MS: Final = 60.0

HEAVY: Final = ("asyncio", "cattrs", "inspect", "mypy", "rich", "trio", "typing_extensions", "yaml")

PROGRAMS: Final = {
    "bare": "pass",
    "hbia_dsl": "import hbia_dsl",
    "attrs": "import attrs",
    "asyncio": "import asyncio",
    "trio": "import trio",
}


def measure(effort: Effort) -> list[Figure]:
    """Measure fresh processes in turn and print what they add to a bare one."""
    with TemporaryDirectory() as bytecode:
        environment = _environment(bytecode)
        samples = {name: _starting(program, environment) for name, program in PROGRAMS.items()}
        for sample in samples.values():
            sample()  # the first one compiles
        series = alternate(samples, effort.rounds * 2 + 1)
    bare_ms = series.seconds("bare") * 1e3
    added = {name: series.over(name, "bare") * 1e3 for name in PROGRAMS}
    speed = added["asyncio"] / REFERENCE_ASYNCIO_IMPORT_MS
    figures = [
        Figure(
            SECTION,
            f"import {name}",
            "over bare Python",
            added[name],
            "ms",
            {"bare start": added[name] / bare_ms},
            added[name] / speed,
            GOAL_MS if name == "hbia_dsl" else None,
        )
        for name in PROGRAMS
        if name != "bare"
    ]
    print(f"milliseconds over a bare Python, which takes {bare_ms:.1f}")
    print(
        table(
            ("", "ms", "x bare start", "ms at ref. speed", "goal", ""),
            [
                (f.name, f.value, f.ratios["bare start"], f.compared, f.goal, f.verdict)
                for f in figures
            ],
        )
    )
    _print_modules()
    return figures


def _environment(bytecode: str) -> Mapping[str, str]:
    """Return an environment in which bytecode is kept, as it is on a user's machine."""
    kept = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": bytecode}


def _starting(program: str, environment: Mapping[str, str]) -> Sample:
    command = [sys.executable, "-c", program]

    def start() -> None:
        subprocess.run(command, check=True, env=environment)  # noqa: S603 - our own programs

    return lambda: once(start)


def _print_modules() -> None:
    loaded = set(_modules_of("import hbia_dsl")) - set(_modules_of("pass"))
    ours = sorted(name for name in loaded if name.startswith("hbia_dsl"))
    others = sorted({name.partition(".")[0] for name in loaded} - {"hbia_dsl"})
    heavy = [name for name in HEAVY if name in others]
    print(
        f"it loads {len(ours)} modules of its own and {len(loaded) - len(ours)} others: "
        f"{', '.join(others)}"
    )
    print(f"heavy ones among them: {', '.join(heavy) or 'none'}")


def _modules_of(program: str) -> list[str]:
    command = [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - as above
    return done.stdout.split()
