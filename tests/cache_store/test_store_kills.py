"""Six processes use one store, and are killed and started again at random moments."""

import os
import signal
import sys
import time
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import pytest

from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.sqlite_store_place import StorePlace
from stored_values import entry_of, is_right, key_of, parts_of

IS_LONG: Final = os.environ.get("HBIA_LONG") == "1"
PROCESSES: Final = 6
DURATION_S: Final = 600.0 if IS_LONG else 6.0
NUMBERS: Final = 60
VERSIONS: Final = 3

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no fork, and no kill like this"),
    pytest.mark.timeout(900 if IS_LONG else 60),
]


def _start(folder: Path, seed: int, output: int) -> int:
    """Start a process by a fork: a fresh interpreter would not get to work before it is killed."""
    child = os.fork()
    if child:
        return child
    signal.alarm(int(DURATION_S) + 60)  # one that is forgotten must not outlive the tests
    try:
        _hammer(SqliteStore(folder, max_bytes=1_000_000), Random(seed), output)
    except BaseException as error:  # noqa: BLE001 - told by the parent
        os.write(output, f"{error!r}\n".encode())
    finally:
        os._exit(1)


def _hammer(store: SqliteStore, random: Random, output: int) -> None:
    """Read and write at random, and say every hundred times that all is fine."""
    for step in count():
        number = random.randrange(NUMBERS)
        entry = store.get(key_of(number))
        assert entry is None or is_right(number, entry, VERSIONS), f"a wrong value of {number}"
        assert store.latest("flow", f"v{number}") in (None, parts_of(number))
        if entry is None or random.random() < 0.3:
            store.put(
                key_of(number), entry_of(number, random.randrange(VERSIONS)), parts_of(number)
            )
        if random.random() < 0.002:
            store.prune(max_bytes=600_000)
        if step % 100 == 0:
            assert not store.info().problems, store.info().problems
            os.write(output, b"fine\n")


def test_kills_tear_nothing_and_leave_no_litter(tmp_path: Path) -> None:
    folder, random = tmp_path / "cache", Random(1)
    kills = 0
    for number in range(NUMBERS):  # made once, for all children
        for version in range(VERSIONS):
            entry_of(number, version)
    with (tmp_path / "output").open("a+b", buffering=0) as output:
        running = [_start(folder, seed, output.fileno()) for seed in range(PROCESSES)]
        end = time.monotonic() + DURATION_S
        while time.monotonic() < end:
            # The moment of a kill is the subject, so here time is let pass.
            time.sleep(random.uniform(0.0, 0.06))
            victim = random.randrange(PROCESSES)
            os.kill(running[victim], 9)
            _, status = os.waitpid(running[victim], 0)
            assert os.waitstatus_to_exitcode(status) == -9, "it ended by itself"
            kills += 1
            running[victim] = _start(folder, PROCESSES + kills, output.fileno())
        for child in running:
            os.kill(child, 9)
            os.waitpid(child, 0)
        output.seek(0)
        lines = output.read().decode().splitlines()

    assert not set(lines) - {"fine"}
    assert kills > DURATION_S
    assert len(lines) > kills // 4

    _check_what_is_left(folder)


def _check_what_is_left(folder: Path) -> None:
    store = SqliteStore(folder)
    store.prune(max_bytes=500_000)
    entries = [(n, entry) for n in range(NUMBERS) if (entry := store.get(key_of(n)))]
    assert all(is_right(number, entry, VERSIONS) for number, entry in entries)
    info = store.info()
    assert len(entries) == info.entries > 0
    assert not info.problems
    assert 0 < info.size_bytes <= 500_000

    place = StorePlace(str(folder / "hbia-store-1"))
    large = sum(len(entry.payload) >= 32 * 1024 for _, entry in entries)
    assert len(_names(place.values)) == large
    store.close()
    assert _names(folder) == [".gitignore", "CACHEDIR.TAG", "hbia-store-1"]
    assert _names(place.folder) == ["entries.sqlite3", "values"]


def _names(folder: str | Path) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())
