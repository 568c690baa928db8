"""A full disk and a directory that cannot be written: values are found, and nothing is raised.

Limits of a process cannot be taken back, so each case runs in a child of its own.
"""

import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.cache.sqlite_store import PAUSE_S, SqliteStore
from stored_values import TurnedClock, entry_of, fill, found, key_of, parts_of

_NOBODY: Final = 12_345

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no limits and users of this kind")

_HEAD: Final = """
import os, sys
from hbia_dsl.cache.sqlite_store import PAUSE_S, SqliteStore
from hbia_dsl.cache.store_entry import Entry
from stored_values import *

clock = TurnedClock()
store = SqliteStore(sys.argv[1], clock=clock)
fill(store, 12)
"""

_CASES: Final = {
    "files may not grow": """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
kept = sum(store.put(key_of(100 + n), entry_of(5)) for n in range(3))
clock.now_s += PAUSE_S
for step in range(200):
    kept += store.put(key_of(200 + step), Entry(bytes(9_000), "c"))
    clock.now_s += PAUSE_S
assert kept < 100, kept
assert len(list(found(store, 12))) == 12
assert store.info().problems["unable"] > 100, store.info()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
""",
    "the database may not grow": """
pages = store._database.opened.writer.execute("PRAGMA page_count").fetchone()[0]
store._database.opened.writer.execute(f"PRAGMA max_page_count = {pages + 20}")
kept = 0
for step in range(100):
    kept += store.put(key_of(200 + step), Entry(bytes(9_000), "c"))
    clock.now_s += PAUSE_S
assert 0 < kept < 20, kept
assert len(list(found(store, 12))) == 12
store._database.opened.writer.execute("PRAGMA max_page_count = 1000000")
""",
}

_TAIL: Final = """
clock.now_s += PAUSE_S
assert store.put(key_of(500), entry_of(500))
assert store.prune() == 0
known = sum(entry is not None for entry in [store.get(key_of(n)) for n in range(1_000)])
assert known == store.info().entries
names = os.listdir(store._database.opened.place.values)
assert not [name for name in names if name.startswith("part")], names
store.close()
"""


def _run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("case", _CASES)
def test_a_full_disk_costs_time_and_room_is_used_when_it_returns(case: str, tmp_path: Path) -> None:
    done = _run(_HEAD + _CASES[case] + _TAIL, tmp_path / "cache")

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the cache cannot be used now") == 1


def _use_what_cannot_be_written(folder: Path) -> None:
    clock = TurnedClock()
    store = SqliteStore(folder, clock=clock)
    for _ in range(3):
        assert len(list(found(store, 12))) == 12
        assert store.latest("flow", "v1") == parts_of(1)
        assert not store.put(key_of(50), entry_of(50))
        assert (store.prune(), store.clear()) == (0, 0)
        clock.now_s += PAUSE_S
    assert store.info().entries == 12
    assert set(store.info().problems) == {"unable"}
    store.close()


def test_a_directory_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    """Root may write anywhere, so root's child becomes another user, and the owner of the files."""
    folder = tmp_path / "cache"
    store = SqliteStore(folder)
    fill(store, 12)
    store.close()
    everything = [folder, *folder.rglob("*")]
    is_root = os.geteuid() == 0
    for path in everything:
        path.chmod(0o500 if path.is_dir() else 0o400)
        if is_root:
            os.chown(path, _NOBODY, -1)
    for above in folder.parents:
        if above == Path(tempfile.gettempdir()):
            break
        above.chmod(above.stat().st_mode | 0o011)

    child = os.fork()
    if child == 0:
        signal.alarm(30)  # one that hangs must not outlive the tests
        code = 1
        try:
            if is_root:
                os.setuid(_NOBODY)
            _use_what_cannot_be_written(folder)
            code = 0
        except BaseException:  # noqa: BLE001 - a child of a fork must not return into pytest
            traceback.print_exc()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for path in everything:
        path.chmod(0o700)

    assert code == 0
