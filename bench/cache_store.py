"""The cache's stores: putting and getting small and large values.

Of a large value what counts is the ratio to the least that a checked read must do: read the
file and hash it. With `python bench/cache_store.py --peers`, joblib.Memory and diskcache are
measured as well, in an environment of their own; they check nothing that they read.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final

from figures import Figure, table
from fresh_process import HERE
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry
from measuring import QUICK, THOROUGH, Effort, alternate, repeated

SECTION: Final = "store"

SIZES: Final = {"1 KB": 1_024, "10 MB": 10_000_000}

GOALS_US: Final = {"1 KB": 40.0}
GOALS_RATIO: Final = {"10 MB": 2.0}
"""A get, to reading the same bytes from a file and hashing them."""

PEERS: Final = ("joblib", "diskcache")


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for subject, size in SIZES.items():
            figures += _of_size(subject, size, Path(folder) / str(size), effort)
    print(
        table(
            ("", "on", "us", "x read and hash", "goal", ""),
            [(f.name, f.subject, f.value, *f.ratios.values(), f.goal, f.verdict) for f in figures],
        )
    )
    return figures


def _of_size(subject: str, size: int, folder: Path, effort: Effort) -> list[Figure]:
    payload = os.urandom(size)
    folder.mkdir()
    plain = folder / "plain"
    plain.write_bytes(payload)
    with _stores(folder) as stores:
        calls: dict[str, Callable[[], object]] = {}
        for name, store in stores.items():
            store.put(b"key", Entry(payload, "codec", "vertex", "flow"))
            calls[f"get, {name}"] = _getting(store)
            calls[f"put, {name}"] = _putting(store, payload)
        calls["miss, on disk"] = lambda: stores["on disk"].get(b"none")
        samples = {name: repeated(call, effort.sample_s) for name, call in calls.items()}
        beside = {"read and hash": repeated(lambda: _read_and_hash(plain), effort.sample_s)}
        series = alternate(samples, effort.rounds, beside)
    figures = []
    for name in samples:
        ratio = series.ratio(name, "read and hash")
        value = series.seconds(name) * 1e6
        is_judged = name == "get, on disk"
        figures.append(
            Figure(
                SECTION,
                name,
                subject,
                value,
                "us",
                {"read and hash": ratio},
                compared=ratio if subject in GOALS_RATIO else value,
                goal={**GOALS_US, **GOALS_RATIO}[subject] if is_judged else None,
            )
        )
    return figures


@contextmanager
def _stores(folder: Path) -> Iterator[dict[str, Store]]:
    # So small that each put of a large value also removes an old one: the disk stays in use.
    limit = 100_000_000
    stores: dict[str, Store] = {
        "on disk": SqliteStore(folder / "store", limit),
        "in memory": MemoryStore(limit),
    }
    yield stores
    for store in stores.values():
        if problems := store.info().problems:
            print(f"problems: {dict(problems)}")
        store.close()


def _getting(store: Store) -> Callable[[], object]:
    return lambda: store.get(b"key") or sys.exit("lost the value that is measured")


def _putting(store: Store, payload: bytes) -> Callable[[], object]:
    numbers = count()
    entry = Entry(payload, "codec", "vertex", "flow")
    explanation = {f"input {name}": bytes(16) for name in "abcd"}
    # Few keys, so that what is measured above stays one of the newest.
    return lambda: store.put(b"put %d" % (next(numbers) % 5), entry, explanation)


def _read_and_hash(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return sha256(file.read()).digest()


def _measure_peers(place: Path) -> None:
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"making {place}", flush=True)
        venv.create(place, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PEERS]
    subprocess.run(install, check=True)  # noqa: S603 - pip of our own environment
    done = subprocess.run(  # noqa: S603 - our own script
        [str(python), str(HERE / "cache_store_probe.py"), *map(str, SIZES.values())],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    rows = json.loads(done.stdout)
    print(table(("peer", "bytes", "get us", "put us", "get x read and hash"), rows))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="Measure the stores of the cache.")
    parser.add_argument("--quick", action="store_true", help="short samples")
    parser.add_argument("--peers", action="store_true", help="also joblib.Memory and diskcache")
    parser.add_argument("--peers-venv", type=Path, metavar="PATH", help="where, or make it there")
    options = parser.parse_args()
    measure(QUICK if options.quick else THOROUGH)
    if options.peers or options.peers_venv is not None:
        default = Path(tempfile.gettempdir()) / "hbia-bench-cache-peers"
        _measure_peers(options.peers_venv or default)


if __name__ == "__main__":
    main()
