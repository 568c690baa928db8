"""Importing the package changes nothing and costs little."""

import json
import subprocess
import sys
from functools import cache
from typing import Final, TypedDict

HEAVY: Final = frozenset(
    {
        "aiosqlite",
        "anyio",
        "asyncio",
        "cattrs",
        "concurrent.futures",
        "cyclopts",
        "hypothesis",
        "multiprocessing",
        "mypy",
        "psycopg",
        "pytest",
        "rich",
        "sqlalchemy",
        "sqlite3",
        "trio",
        "typing_extensions",
        "yaml",
    }
)

_PROBE: Final = """
import json, os, signal, sys, threading, warnings

def state():
    return {
        "threads": [thread.name for thread in threading.enumerate()],
        "interrupt": repr(signal.getsignal(signal.SIGINT)),
        "excepthook": repr(sys.excepthook),
        "filters": repr(warnings.filters),
        "environment": sorted(os.environ.items()),
        "path": sys.path,
    }

loaded, before = set(sys.modules), state()
import hbia_dsl
after = state()
json.dump(
    {
        "loaded": sorted(set(sys.modules) - loaded),
        "changed": sorted(key for key in before if before[key] != after[key]),
        "threads": after["threads"],
    },
    sys.stdout,
)
"""

_BUILDING: Final = """
import sys
from hbia_dsl import Flow, vertex

@vertex
def double(number: int) -> int:
    return number * 2

flow = Flow.of("doubled", double, result=double)
flow.graph, flow.source()
print(*(name for name in sys.modules if name.startswith("hbia_dsl.drivers")))
print(flow.run(number=2).value)
"""


class Seen(TypedDict):
    """What a fresh interpreter reports about one import."""

    loaded: list[str]
    changed: list[str]
    threads: list[str]


@cache
def _import_in_a_fresh_interpreter() -> Seen:
    command = [sys.executable, "-W", "error", "-c", _PROBE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stderr
    seen: Seen = json.loads(done.stdout)
    return seen


def test_the_probe_sees_the_package_arrive() -> None:
    assert "hbia_dsl" in _import_in_a_fresh_interpreter()["loaded"]


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert sorted(HEAVY.intersection(_import_in_a_fresh_interpreter()["loaded"])) == []


def test_importing_the_package_loads_neither_documents_nor_what_wires_and_runs() -> None:
    later = ("check", "cli", "compat", "documents", "drivers", "flow.wired_engine", "lowering")
    loaded = [
        name
        for name in _import_in_a_fresh_interpreter()["loaded"]
        if name.startswith(tuple(f"hbia_dsl.{package}" for package in later))
    ]

    assert loaded == []


def test_importing_the_package_starts_no_thread() -> None:
    assert _import_in_a_fresh_interpreter()["threads"] == ["MainThread"]


def test_importing_the_package_changes_nothing_of_the_process() -> None:
    assert _import_in_a_fresh_interpreter()["changed"] == []


def test_a_flow_that_is_only_built_and_looked_at_loads_no_driver() -> None:
    command = [sys.executable, "-W", "error", "-c", _BUILDING]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)

    assert (done.stdout, done.stderr) == ("\n4\n", "")
