"""Where runs keep results: few directories stay open, and what cannot be kept is said."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.cache.cache_manager import CacheManager
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.run_journal import FILE
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_size import ROW_BYTES
from hbia_dsl.conf import Settings, configure
from hbia_dsl.flow.cache_opening import MOST_OPEN, open_cache

OPEN: Final = Path("/proc/self/fd")

needs_proc = pytest.mark.skipif(not OPEN.is_dir(), reason="open files are counted under /proc")


@vertex(effect="pure")
def zeros(n: int) -> bytes:
    return bytes(n)


flow = Flow.of("zeros", zeros, result=zeros)


@pytest.fixture
def run_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], tuple[str, ...]]:
    """Return a call that runs with a directory and says what was a hit."""

    def run(folder: Path) -> tuple[str, ...]:
        monkeypatch.setenv("HBIA_CACHE_DIR", str(folder))
        return flow.options(cache=True).run(n=4).report.hits

    return run


def _open_files(folder: Path) -> list[str]:
    links = []
    for path in OPEN.iterdir():
        try:
            links.append(str(path.readlink()))
        except OSError:  # of the look itself
            continue
    return [link for link in links if link.startswith(str(folder))]


def _open_folders(folder: Path) -> set[str]:
    return {Path(link).relative_to(folder).parts[0] for link in _open_files(folder)}


@needs_proc
def test_only_the_directories_that_were_used_last_stay_open(
    run_in: Callable[[Path], tuple[str, ...]], tmp_path: Path
) -> None:
    names = [f"{number:02}" for number in range(3 * MOST_OPEN)]
    for name in names:
        assert run_in(tmp_path / name) == ()

    assert _open_folders(tmp_path) == set(names[-MOST_OPEN:])
    assert run_in(tmp_path / names[0]) == ("zeros",)
    assert _open_folders(tmp_path) == {names[0], *names[-MOST_OPEN + 1 :]}


@needs_proc
def test_a_directory_that_is_removed_is_let_go_of(
    run_in: Callable[[Path], tuple[str, ...]], tmp_path: Path
) -> None:
    for number in range(3):
        run_in(tmp_path / str(number))
        shutil.rmtree(tmp_path / str(number))
    run_in(tmp_path / "stays")

    assert _open_folders(tmp_path) == {"stays"}


@needs_proc
def test_a_directory_stays_open_as_long_as_a_run_uses_it(
    run_in: Callable[[Path], tuple[str, ...]], tmp_path: Path
) -> None:
    is_running, may_end = threading.Event(), threading.Event()

    @vertex(effect="pure")
    def waits(n: int) -> int:
        is_running.set()
        assert may_end.wait(30)
        return n

    waiting = Flow.of("waits", waits, result=waits).options(cache=True)
    configure(Settings(CACHE_DIR=str(tmp_path / "used")))
    answers: list[object] = []
    try:
        thread = threading.Thread(target=lambda: answers.append(waiting.run(n=1).report.misses))
        thread.start()
        assert is_running.wait(30)
    finally:
        configure()
    for number in range(2 * MOST_OPEN):
        run_in(tmp_path / str(number))
    assert "used" in _open_folders(tmp_path)
    may_end.set()
    thread.join(30)

    assert answers == [("waits",)]
    run_in(tmp_path / "0")  # it is used again, and then many others are
    for number in range(MOST_OPEN):
        run_in(tmp_path / f"more {number}")
    assert "used" not in _open_folders(tmp_path)


WITHOUT_DESCRIPTORS = """
import os, resource, sys
from hbia_dsl import Flow, vertex

@vertex(effect="pure")
def double(n: int) -> int:
    return 2 * n

flow = Flow.of("doubled", double, result=double).options(cache=True)
assert flow.run(n=1).value == 2
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
os.environ["HBIA_CACHE_DIR"] = "another"
try:
    run = flow.run(n=2)
finally:
    for descriptor in held:
        os.close(descriptor)
print(run.value, *run.report.why("double"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind")
def test_a_run_goes_on_when_no_file_can_be_opened_any_more(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_DESCRIPTORS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert done.stdout == "4 the store cannot be written now\n", done.stderr
    assert done.stderr.count("\n") == 1
    assert "cannot be used now" in done.stderr


NO_LOGGING = """
import sys
from hbia_dsl.diagnostics.logbook import log_exception, log_warning
sys.modules["logging"] = None  # importing it raises
log_warning("lost %s", 1)
log_exception("lost", ValueError())
print("on")
"""


def test_a_warning_that_cannot_be_given_is_lost_and_nothing_is_raised(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_LOGGING],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert (done.stdout, done.stderr) == ("on\n", "")


def _too_small(folder: Path) -> Store:
    return SqliteStore(folder, max_bytes=1_000)


def _too_small_in_memory(folder: Path) -> Store:
    del folder
    return MemoryStore(max_bytes=1_000)


@pytest.mark.parametrize("make", [_too_small, _too_small_in_memory])
def test_a_value_that_does_not_fit_is_not_cacheable_and_says_its_size(
    make: Callable[[Path], Store], tmp_path: Path
) -> None:
    cached = flow.options(cache_store=make(tmp_path))
    for _ in range(2):
        report = cached.run(n=5_000).report
        assert (report.hits, report.misses) == ((), ())
        (why,) = report.why("zeros")
        start, _, end = why.partition(": ")
        assert start == "it does not fit in the cache"
        size, of, room, unit = end.split(" ")
        assert (of, room, unit) == ("of", "1,000", "bytes")
        assert 5_000 < int(size.replace(",", "")) < 5_000 + 2 * ROW_BYTES
    cached.run(n=10)
    assert cached.run(n=10).report.hits == ("zeros",)


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    closed, elsewhere = MemoryStore(), SqliteStore(tmp_path)
    closed.close()
    elsewhere.close()
    for store in (closed, elsewhere):
        report = flow.options(cache_store=store).run(n=4).report
        assert (report.hits, report.misses) == ((), ())
        assert report.why("zeros") == ("the store cannot be written now",)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the home of the user, which is not the working directory."""
    (tmp_path / "work").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_home_of_the_user_is_meant_by_a_tilde(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", "~/by variable")
    flow.options(cache=True).run(n=4)
    configure(Settings(CACHE_DIR="~/by settings"))
    try:
        flow.options(cache=True).run(n=4)
    finally:
        configure()
    with CacheManager("~/by hand") as cache:
        cache.save("key", 1)

    assert (home / "by variable" / FILE).is_file()
    assert (home / "by settings" / FILE).is_file()
    assert (home / "by hand").is_dir()
    assert list(Path().iterdir()) == []


SCRIPT = """
from hbia_dsl import Flow, vertex

def helper(n): return n + 1

@vertex(effect="pure")
def more(n: int) -> int:
    return helper(n)

flow = Flow.of("more", more, result=more).options(cache=True)
if __name__ == "__main__":
    print(*flow.run(n=1).report.why("more"))
"""


def test_a_module_that_is_run_and_then_imported_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "both_ways.py").write_text(SCRIPT)
    imported = 'import both_ways; print(*both_ways.flow.run(n=1).report.why("more"))'
    said = []
    for arguments in (["both_ways.py"], ["-c", imported], ["both_ways.py"]):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.strip())
        if len(said) == 2:
            (tmp_path / "both_ways.py").write_text(SCRIPT.replace("n + 1", "n + 2"))

    assert said == [
        "nothing is kept of this vertex yet",
        (
            "its module was run as a script the last time, and is `both_ways` now: "
            "each has results of its own"
        ),
        (
            "its module was `both_ways` the last time, and is run as a script now: "
            "each has results of its own"
        ),
    ]


def test_threads_that_share_many_directories_never_lose_one_that_they_use(tmp_path: Path) -> None:
    lost: list[int] = []

    def use(begin: int) -> None:
        for step in range(20):
            number = (begin + 3 * step) % (MOST_OPEN + 3)
            cache = open_cache("flow", str(tmp_path / str(number)))
            key = f"{begin} {step}".encode()
            if not cache.store.put(key, Entry(b"a", "codec")) or cache.store.get(key) is None:
                lost.append(number)
            assert cache.leave is not None
            cache.leave()

    threads = [threading.Thread(target=use, args=(begin,)) for begin in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)

    assert lost == []
    if OPEN.is_dir():
        assert len(_open_folders(tmp_path)) <= MOST_OPEN
