"""What functions memoised by joblib.Memory and diskcache take, as JSON; run by `cache_hits.py`.

cache_hits_probe.py BYTES
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter

LARGE_BYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000


def small(number: int) -> dict[str, str]:
    return {f"key {number} {index:03}": "a value of text" for index in range(32)}


def large(number: int) -> bytes:
    return number.to_bytes(8, "little") * (LARGE_BYTES // 8)


def array(number: int) -> object:
    return importlib.import_module("numpy").full(LARGE_BYTES // 8, number, dtype="int64")


def main() -> None:
    """Measure each value and print rows: name, value, microseconds, two ratios."""
    text = json.dumps(small(0))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain"
        plain.write_bytes(os.urandom(LARGE_BYTES))
        parse = _seconds(lambda: json.loads(text))
        read = _seconds(lambda: sha256(plain.read_bytes()).digest())
        rows: list[list[object]] = []
        for fn, name in ((small, "1 KB dict"), (large, "10 MB bytes"), (array, "10 MB array")):
            for peer, memoised in (("joblib", _joblib), ("diskcache", _diskcache)):
                cached = memoised(str(Path(folder) / peer), fn)
                cached(1)
                taken = _seconds(lambda cached=cached: cached(1))  # type: ignore[misc]  # bound now
                is_small = fn is small
                ratios = [round(taken / parse, 1), ""] if is_small else ["", round(taken / read, 2)]
                rows.append([peer, name, taken * 1e6, *ratios])
    print(json.dumps(rows))


def _joblib(folder: str, fn: Callable[[int], object]) -> Callable[[int], object]:
    cached: Callable[[int], object] = (
        importlib.import_module("joblib").Memory(folder, verbose=0).cache(fn)
    )
    return cached


def _diskcache(folder: str, fn: Callable[[int], object]) -> Callable[[int], object]:
    cached: Callable[[int], object] = (
        importlib.import_module("diskcache").Cache(folder).memoize()(fn)
    )
    return cached


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
