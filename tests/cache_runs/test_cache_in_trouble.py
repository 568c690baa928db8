"""Whatever is wrong with the cache costs time: values are right, and one warning says so."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.cache.cache_manager import CacheManager
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.run_journal import FILE, MOST_BYTES, OLDER_FILE, RunJournal, noted_runs
from hbia_dsl.cache.store import NO_PARTS
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.conf import Settings, configure

ran: list[int] = []


@vertex(effect="pure")
def double(n: int) -> int:
    ran.append(n)
    return 2 * n


@vertex(inputs={"n": double}, effect="pure")
def text(n: int) -> str:
    return str(n)


flow = Flow.of("doubled", double, text, result=text)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran.clear()
    monkeypatch.chdir(tmp_path)


class RaisingStore(MemoryStore):
    """Raises in one of its methods."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method

    def _maybe(self, method: str) -> None:
        if method == self._method:
            raise ConnectionError("no route to host")

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, or raise."""
        self._maybe("get")
        return super().get(key)

    def put(self, key: bytes, entry: Entry, explanation: Mapping[str, bytes] = NO_PARTS) -> bool:
        """Keep an entry, or raise."""
        self._maybe("put")
        return super().put(key, entry, explanation)

    def latest(self, flow: str, vertex: str) -> Mapping[str, bytes] | None:
        """Return an explanation, or raise."""
        self._maybe("latest")
        return super().latest(flow, vertex)


@pytest.mark.parametrize("method", ["get", "put", "latest"])
@pytest.mark.parametrize("parallel", [False, True])
def test_a_store_that_raises_costs_no_run(
    method: str, caplog: pytest.LogCaptureFixture, *, parallel: bool
) -> None:
    cached = flow.options(cache_store=RaisingStore(method), parallel=parallel)

    assert cached.run(n=4).value == "8"
    assert len(caplog.records) == 1
    assert "its store raised ConnectionError: no route to host" in caplog.text


@pytest.mark.parametrize(
    "nonsense", [Entry(b"nonsense", "hbia 1"), Entry(b"", "other"), b"no entry", 7]
)
def test_what_a_store_makes_up_is_not_believed(nonsense: object) -> None:
    class Inventing(MemoryStore):
        def get(self, key: bytes) -> Entry | None:
            return nonsense  # type: ignore[return-value]  # what is tested

    cached = flow.options(cache_store=Inventing())

    assert [cached.run(n=4).value for _ in range(2)] == ["8", "8"]


def test_an_explanation_that_is_none_costs_no_run() -> None:
    class Inventing(MemoryStore):
        def latest(self, flow: str, vertex: str) -> Mapping[str, bytes] | None:
            return 7  # type: ignore[return-value]  # what is tested

    assert flow.options(cache_store=Inventing()).run(n=4).value == "8"


def test_a_file_in_the_place_of_the_directory_costs_one_warning(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / ".hbia_cache").write_text("mine")
    cached = flow.options(cache=True)

    assert [cached.run(n=4).value for _ in range(3)] == ["8"] * 3
    assert len(caplog.records) == 1
    assert "cannot be used now" in caplog.text
    assert (tmp_path / ".hbia_cache").read_text() == "mine"


def test_a_working_directory_that_is_gone_costs_no_run(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()

    assert flow.options(cache=True).run(n=4).value == "8"
    assert "the working directory is not there any more" in caplog.text


def test_damaged_files_are_computed_again(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    script = "import damaged_app; print(damaged_app.flow.options(cache=True).run(n=4).value)"
    (tmp_path / "damaged_app.py").write_text(
        "from hbia_dsl import Flow, vertex\n"
        "@vertex(effect='pure')\ndef double(n: int) -> int:\n    return 2 * n\n"
        "flow = Flow.of('doubled', double, result=double)\n"
    )
    _python(script, tmp_path)
    (database,) = (tmp_path / ".hbia_cache").glob("*/entries.sqlite3")
    database.write_bytes(b"\xff" * database.stat().st_size)

    assert _python(script, tmp_path).stdout == "8\n"
    assert not caplog.records


def _python(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done


LEFTOVERS = """
import asyncio, gc, os, threading, trio
from hbia_dsl import Flow, vertex

@vertex(effect="pure")
async def first(n: int) -> int:
    return n + 1

@vertex(inputs={"n": first}, effect="pure")
def second(n: int) -> int:
    return n + 1

flow = Flow.of("left", first, second, result=second).options(cache=True)

def once():
    assert flow.run(n=1).value == 3
    assert flow.options(parallel=True).run(n=1).value == 3
    assert asyncio.run(flow.run_async(n=1)).value == 3
    assert trio.run(lambda: flow.run_async(n=1)).value == 3

once()
gc.collect()
before = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []
for _ in range(20):
    once()
gc.collect()
after = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []
assert after == before, (before, after)
others = [t for t in threading.enumerate() if t is not threading.main_thread()]
assert all(thread.daemon for thread in others)
"""


def test_a_process_with_cached_runs_leaves_nothing_open_and_warns_of_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "left.py").write_text(LEFTOVERS)

    done = _python("import left", tmp_path)

    # In the mode for development asyncio notes a step that took 0.1 s: a busy machine is no fault.
    warnings = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    assert not warnings
    names = {path.name for path in (tmp_path / ".hbia_cache").iterdir()}
    assert names == {"CACHEDIR.TAG", ".gitignore", "hbia-store-1", FILE}


@pytest.fixture
def _settings() -> Iterator[None]:
    yield
    configure(Settings())


@pytest.mark.usefixtures("_settings")
def test_the_call_goes_before_settings_and_these_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path / "env"))

    def is_cached(**options: bool) -> bool:
        return flow.options(**options).run(n=4).report.vertices[0].cache is not None  # type: ignore[arg-type]  # one flag

    assert not is_cached()
    monkeypatch.setenv("HBIA_CACHE_ENABLED", "1")
    assert is_cached()
    assert (tmp_path / "env").is_dir()
    configure(Settings(CACHE_ENABLED=False))
    assert not is_cached()
    assert is_cached(cache=True)
    configure(Settings(CACHE_ENABLED=True, CACHE_DIR=str(tmp_path / "set")))
    assert is_cached()
    assert (tmp_path / "set").is_dir()
    assert not is_cached(cache=False)


def test_a_relative_directory_is_that_of_the_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cached = flow.options(cache=True)
    for name in ("one", "two", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        cached.run(n=4)

    assert ran == [4, 4]
    assert (tmp_path / "two" / ".hbia_cache" / FILE).is_file()


def test_what_runs_keep_the_cache_manager_counts_and_clears(tmp_path: Path) -> None:
    cached = flow.options(cache=True)
    cached.run(n=4)
    with CacheManager(tmp_path / ".hbia_cache") as cache:
        assert cache.info()["entries"] == 2
        assert cache.clear() == 2

    assert cached.run(n=4).report.misses == ("double", "text")
    assert cached.run(n=4).report.hits == ("double", "text")


def test_the_journal_moves_on_when_it_is_large(tmp_path: Path) -> None:
    journal = RunJournal(str(tmp_path / "made"))
    for number in range(3):
        journal.note(f'{{"run": "{number}"}}')
    journal.close()
    with (tmp_path / "made" / FILE).open("ab") as opened:
        opened.truncate(MOST_BYTES + 1)
    for number in range(3, 6):
        journal.note(f'{{"run": "{number}"}}')
    journal.close()

    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert {FILE, OLDER_FILE} <= names
    # The line that was torn by the zeros is left out, those before it are found.
    assert [run["run"] for run in noted_runs(str(tmp_path / "made"))][:3] == ["5", "4", "3"]
    assert "0" in [run["run"] for run in noted_runs(str(tmp_path / "made"))]


def test_a_journal_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / FILE).mkdir(parents=True)
    for place in ("file", "folder"):
        RunJournal(str(tmp_path / place)).note('{"run": "1"}')
        assert list(noted_runs(str(tmp_path / place))) == []


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed on this system")
def test_a_journal_does_not_write_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / FILE).symlink_to(target)

    RunJournal(str(tmp_path / "cache")).note('{"run": "1"}')

    assert target.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_child_of_a_fork_goes_on_with_the_cache() -> None:
    cached = flow.options(cache=True)
    cached.run(n=4)
    pid = os.fork()
    if pid == 0:
        is_hit = cached.run(n=4).report.hits == ("double", "text")
        is_kept = cached.run(n=5).report.misses == ("double", "text")
        os._exit(0 if is_hit and is_kept else 1)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert cached.run(n=5).report.hits == ("double", "text")


def test_nothing_is_logged_when_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "hbia_dsl")
    for _ in range(3):
        flow.options(cache=True).run(n=4)

    assert not caplog.records
