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


def test_importing_the_package_starts_no_thread() -> None:
    assert _import_in_a_fresh_interpreter()["threads"] == ["MainThread"]


def test_importing_the_package_changes_nothing_of_the_process() -> None:
    assert _import_in_a_fresh_interpreter()["changed"] == []
