"""What the store on disk does beside keeping values: files, rights, forks, threads, clocks."""

import gc
import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from hbia_dsl.cache.sqlite_store import PAUSE_S, TOUCH_S, USES_AT_ONCE, SqliteStore
from hbia_dsl.cache.sqlite_store_database import CHECKPOINT_BYTES
from hbia_dsl.cache.sqlite_store_values import ValueFiles
from hbia_dsl.cache.store_entry import Entry
from stored_values import TurnedClock, entry_of, fill, found, is_right, key_of, parts_of

COUNT = 12
DESCRIPTORS = Path("/proc/self/fd")

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such rights, forks or paths")


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def store(tmp_path: Path, clock: TurnedClock) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "cache", clock=clock)
    yield store
    store.close()


def _home(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "hbia-store-1"


def _descriptors() -> int:
    return len(list(DESCRIPTORS.iterdir()))


def test_nothing_is_made_before_the_first_use(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "cache").close()

    assert not list(tmp_path.iterdir())


def test_another_process_finds_what_was_put(tmp_path: Path, store: SqliteStore) -> None:
    fill(store, COUNT)
    program = (
        "import sys; from hbia_dsl.cache.sqlite_store import SqliteStore\n"
        "from stored_values import *\n"
        "store = SqliteStore(sys.argv[1])\n"
        "print(len(list(found(store, 12))), store.info().problems)\n"
        "print(store.latest('flow', 'v3') == parts_of(3)); store.close()"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "cache")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split("\n") == ["12 {}", "True", ""]
    assert not done.stderr


@on_posix
def test_files_are_for_their_owner_alone(tmp_path: Path, store: SqliteStore) -> None:
    before = os.umask(0)
    try:
        fill(store, COUNT)
    finally:
        os.umask(before)
    home = _home(tmp_path)
    files = [path for path in home.rglob("*") if path.is_file()]

    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    for folder in (tmp_path / "cache", home, home / "values"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_directory_of_ours_is_hidden_from_git_and_backups(
    tmp_path: Path, store: SqliteStore
) -> None:
    fill(store, 1)

    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f59")


def test_a_directory_that_was_there_is_not_hidden(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    fill(store, 1)
    store.close()

    assert [path.name for path in tmp_path.iterdir()] == ["hbia-store-1"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_a_directory_of_another_user_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.chown(tmp_path, 12_345, -1)
    try:
        store = SqliteStore(tmp_path)

        assert not store.put(b"k", Entry(b"v", "c"))
        assert store.info().problems == {"unable": 1}
        assert "it belongs to another user" in caplog.text
        assert str(tmp_path) not in caplog.text
        assert not list(tmp_path.iterdir())
    finally:
        os.chown(tmp_path, os.geteuid(), -1)


def test_large_values_have_a_file_and_lose_it_with_their_row(
    tmp_path: Path, store: SqliteStore
) -> None:
    values = _home(tmp_path) / "values"
    for _ in range(3):
        fill(store, COUNT)
    assert len(list(values.iterdir())) == 4

    store.put(key_of(4), Entry(b"small", "c"))
    assert len(list(values.iterdir())) == 3

    store.prune(max_bytes=0)
    assert not list(values.iterdir())


@pytest.mark.parametrize("times", [1, 2])
def test_a_value_that_is_replaced_while_it_is_read_is_no_damage(
    store: SqliteStore, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    large = 5
    store.put(key_of(large), entry_of(large))
    read, replaced = ValueFiles.read, iter(range(1, times + 1))

    def read_late(files: ValueFiles, digest: bytes, length: int) -> bytes | None:
        for version in replaced:
            clock.now_s += 1
            store.put(key_of(large), entry_of(large, version))
            break
        return read(files, digest, length)

    monkeypatch.setattr(ValueFiles, "read", read_late)
    entry = store.get(key_of(large))

    assert entry is not None
    assert entry.codec == f"codec-{times}"
    assert is_right(large, entry, versions=times + 1)
    assert not store.info().problems


def test_a_hit_writes_nothing_until_the_note_about_its_use_is_old(
    tmp_path: Path, store: SqliteStore, clock: TurnedClock
) -> None:
    fill(store, 1)
    journal = _home(tmp_path) / "entries.sqlite3-wal"
    before = journal.stat().st_size

    clock.now_s += TOUCH_S
    for _ in range(3 * USES_AT_ONCE):
        assert store.get(key_of(0))
    assert journal.stat().st_size == before

    clock.now_s += 1
    assert store.get(key_of(0))
    store.put(key_of(1), entry_of(1))
    entry = store.get(key_of(0))
    assert entry is not None
    assert entry.used_s == clock.now_s


def test_uses_are_written_when_many_wait_and_when_the_store_is_closed(
    tmp_path: Path, clock: TurnedClock
) -> None:
    store = SqliteStore(tmp_path / "cache", clock=clock)
    count = USES_AT_ONCE + 3
    for number in range(count):
        store.put(key_of(number), Entry(b"v", "c"))
    clock.now_s += TOUCH_S + 1
    for number in range(count):
        assert store.get(key_of(number))
    store.close()

    again = SqliteStore(tmp_path / "cache", clock=clock)
    times = {entry.used_s for n in range(count) if (entry := again.get(key_of(n)))}
    again.close()
    assert times == {clock.now_s}


def test_the_journal_stays_small(tmp_path: Path, store: SqliteStore) -> None:
    journal = _home(tmp_path) / "entries.sqlite3-wal"
    largest = 0
    for number in range(1_500):
        store.put(key_of(number), Entry(bytes(8_000), "c"))
        largest = max(largest, journal.stat().st_size)

    assert CHECKPOINT_BYTES * 0.9 < largest < CHECKPOINT_BYTES


def test_room_is_given_back_to_the_disk(tmp_path: Path, store: SqliteStore) -> None:
    for number in range(200):
        store.put(key_of(number), Entry(bytes(20_000), "c"))
    store.prune(max_bytes=100_000)

    assert (_home(tmp_path) / "entries.sqlite3").stat().st_size < 400_000


def test_two_stores_of_one_directory_get_along(tmp_path: Path, store: SqliteStore) -> None:
    other = SqliteStore(tmp_path / "cache")
    fill(store, COUNT)

    assert len(list(found(other, COUNT))) == COUNT
    assert other.clear() == COUNT
    other.close()
    assert not list(found(store, COUNT))
    fill(store, COUNT)
    assert len(list(found(store, COUNT))) == COUNT


def test_a_directory_that_is_deleted_while_in_use_is_made_again(
    tmp_path: Path, store: SqliteStore
) -> None:
    fill(store, COUNT)
    for path in sorted((tmp_path / "cache").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (tmp_path / "cache").rmdir()

    assert all(number % 6 < 4 for number in found(store, COUNT))
    fill(store, COUNT)
    assert len(list(found(store, COUNT))) == COUNT
    assert store.info().problems.get("lost") == 1
    assert _home(tmp_path).is_dir()


def test_a_write_lock_held_by_others_costs_time_and_then_only_reading_is_tried(
    tmp_path: Path, store: SqliteStore, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hbia_dsl.cache.sqlite_store_opening.WRITE_WAIT_S", 0.01)
    fill(store, COUNT)
    other = sqlite3.connect(_home(tmp_path) / "entries.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert not store.put(key_of(0), entry_of(0, 1))
    assert len(list(found(store, COUNT))) == COUNT
    assert not store.info().is_writable
    other.execute("ROLLBACK")
    other.close()
    assert not store.put(key_of(0), entry_of(0))
    clock.now_s += PAUSE_S
    assert store.put(key_of(0), entry_of(0))
    assert store.info().problems == {"unable": 1}


def test_the_same_trouble_is_logged_once(
    tmp_path: Path, clock: TurnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file in place of the directory")
    store = SqliteStore(tmp_path / "cache", clock=clock)
    for _ in range(5):
        clock.now_s += PAUSE_S
        assert not store.put(b"k", Entry(b"v", "c"))
        assert store.get(b"k") is None

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert str(tmp_path) not in caplog.text
    assert store.info().problems == {"unable": 5}
    assert not store.info().is_writable
    (tmp_path / "cache").unlink()
    clock.now_s += PAUSE_S
    assert store.info().is_writable
    assert store.put(b"k", Entry(b"v", "c"))
    store.close()


def test_many_hits_grow_neither_memory_nor_descriptors(store: SqliteStore) -> None:
    fill(store, COUNT)
    hits = range(10_000)
    for number in hits[:500]:
        assert store.get(key_of(number % COUNT))
    gc.collect()
    descriptors = _descriptors() if DESCRIPTORS.is_dir() else 0
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in hits:
            assert store.get(key_of(number % COUNT))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < 10_000
    assert not descriptors or _descriptors() == descriptors


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="counts descriptors in /proc")
def test_threads_that_end_and_stores_that_are_dropped_leave_no_descriptor(tmp_path: Path) -> None:
    before = _descriptors()
    for _ in range(3):
        store = SqliteStore(tmp_path / "cache")
        fill(store, 6)
        for _ in range(4):
            thread = threading.Thread(target=lambda at: list(found(at, 6)), args=(store,))
            thread.start()
            thread.join()
        assert _descriptors() <= before + 5
        del store
        gc.collect()

    assert _descriptors() == before


@on_posix
def test_parent_and_child_go_on_after_a_fork(tmp_path: Path, store: SqliteStore) -> None:
    fill(store, COUNT)
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # one that hangs must not outlive the tests
        code = 1
        try:
            hits = len(list(found(store, COUNT)))
            kept = store.put(key_of(50), entry_of(50), parts_of(50))
            code = 0 if hits == COUNT and kept and not store.info().problems else 2
        finally:
            os._exit(code)
    fill(store, COUNT)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert len(list(found(store, 51))) == COUNT + 1
    assert not store.info().problems


@on_posix
def test_a_fork_while_other_threads_read_and_write_harms_nobody(store: SqliteStore) -> None:
    fill(store, COUNT)
    is_over = threading.Event()
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            while not is_over.is_set():
                fill(store, 6)
                assert len(list(found(store, COUNT))) == COUNT
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    codes = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            hits = len(list(found(store, COUNT)))
            os._exit(0 if hits == COUNT and store.put(b"k", Entry(b"v", "c")) else 1)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    is_over.set()
    for thread in threads:
        thread.join()

    assert not wrong
    assert codes == [0] * 8
    assert not store.info().problems


@on_posix
def test_a_child_whose_fork_was_not_announced_opens_its_own(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, COUNT)
    inherited = store._database  # noqa: SLF001 - what must be left alone
    assert inherited is not None
    monkeypatch.setattr(os, "getpid", lambda: 1)

    assert len(list(found(store, COUNT))) == COUNT
    assert store._database is not inherited  # noqa: SLF001 - as above
    inherited.opened.reader.execute("SELECT 1")  # not closed: the parent may need its locks
    inherited.close()


@on_posix
def test_what_dead_processes_were_making_is_removed_and_what_living_ones_make_is_not(
    tmp_path: Path, store: SqliteStore
) -> None:
    fill(store, 1)
    values = _home(tmp_path) / "values"
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    kept = {f"part-{os.getppid()}-abcd-1", "part-notes", "part-x-y-z", "notes.txt"}
    gone = {
        f"part-{dead}-abcd-1": "its process is gone",
        f"part-{os.getpid()}-abcd-1": "of an earlier process of our number",
    }
    for name in kept | gone.keys():
        (values / name).touch()
    old = values / f"part-{os.getppid()}-abcd-2"
    old.touch()
    os.utime(old, (1, 1))
    (values / ("0" * 32)).touch()
    half_made = tmp_path / "cache" / f"hbia-new-{dead}-abcd-1"
    (half_made / "values").mkdir(parents=True)
    (half_made / "entries.sqlite3").touch()

    store.prune()
    SqliteStore(tmp_path / "cache").get(b"k")

    assert {path.name for path in values.iterdir()} == kept
    assert not half_made.exists()


@pytest.mark.parametrize("name", ["a b", "50%", "what?#x", "\N{GREEK SMALL LETTER ALPHA}"])
def test_a_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    store = SqliteStore(tmp_path / name)
    fill(store, COUNT)

    assert len(list(found(store, COUNT))) == COUNT
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["\0bad", "bad\0", "\ud800bad"])
def test_what_no_directory_can_be_called_costs_values_and_no_run(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(f"{tmp_path}/{name}")

    info = store.info()

    assert (info.entries, info.is_writable, info.problems) == (0, False, {"unable": 1})
    assert store.get(b"k") is None
    assert not store.put(b"k", Entry(b"v", "c"))
    assert (store.prune(), store.clear()) == (0, 0)
    store.close()
    assert len(caplog.records) == 1
    assert caplog.text.endswith("stored meanwhile (no directory can have its name)\n")
