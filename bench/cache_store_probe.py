"""What joblib.Memory and diskcache take, as JSON; run by `cache_store.py` where they are.

cache_store_probe.py BYTES ...
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter


def main() -> None:
    """Measure each size and print rows: name, bytes, get and put in microseconds, ratio."""
    rows = []
    for size in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            payload = os.urandom(size)
            plain = Path(folder) / "plain"
            plain.write_bytes(payload)
            least = _seconds(partial(_read_and_hash, plain))
            for name, measure in (("joblib", _joblib), ("diskcache", _diskcache)):
                get, put = measure(folder, payload)
                rows.append([name, size, get * 1e6, put * 1e6, get / least])
    print(json.dumps(rows))


def _read_and_hash(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()


def _joblib(folder: str, payload: bytes) -> tuple[float, float]:
    def value(number: int) -> bytes:
        return payload if number >= 0 else b""

    cached = importlib.import_module("joblib").Memory(folder, verbose=0).cache(value)
    cached(0)
    numbers = count(1)
    return _seconds(lambda: cached(0)), _seconds(lambda: cached(next(numbers)))


def _diskcache(folder: str, payload: bytes) -> tuple[float, float]:
    cache = importlib.import_module("diskcache").Cache(folder)
    cache.set("key", payload)
    numbers = count()
    figures = (
        _seconds(lambda: cache.get("key")),
        _seconds(lambda: cache.set(next(numbers) % 5, payload)),
    )
    cache.close()
    return figures


def _seconds(call: Callable[[], object]) -> float:
    taken: list[float] = []
    begun = perf_counter()
    while len(taken) < 7 or perf_counter() - begun < 1.0:
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return median(taken)


if __name__ == "__main__":
    main()
