"""Runs with a cache, end to end: a hit, a miss, and what the memory of 10,000 hits comes to.

A hit is a call of `flow.run`: the key is computed (code and inputs), the store is asked, its answer
checked and decoded, and the run noted in the journal. Of a large value what counts is the ratio
to the least that a checked read must do: read the file and hash it. With
`python bench/cache_hits.py --peers`, functions memoised by joblib.Memory and diskcache return the
same values, in an environment of their own; they look at the code of the function itself at
the most, and check nothing that they read.
"""

import argparse
import gc
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sized
from functools import partial
from hashlib import sha256
from itertools import count
from json import dumps, loads
from pathlib import Path
from typing import Final

from figures import Figure, table
from fresh_process import HERE
from hbia_dsl import Flow, vertex
from hbia_dsl.cache.call_key import key_of_call
from hbia_dsl.cache.fingerprint import Fingerprinter
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.conf import Settings, configure
from measuring import QUICK, THOROUGH, Effort, Series, alternate, repeated

SECTION: Final = "hits"

LARGE_BYTES: Final = 10_000_000
VERTICES: Final = 20
HITS: Final = 10_000

JSON_AT_REFERENCE_US: Final = 5.5
"""`json.loads` of the 1 KB dict on a quiet machine; the goal in microseconds is held against
what a hit would take there."""
GOAL_US: Final = 60.0
GOAL_RATIO: Final = 2.0
GOAL_BLOCKS: Final = 500.0
"""Blocks of memory that 10,000 hits may leave behind: some caches of texts fill up."""

PEERS: Final = ("joblib", "diskcache")


def small_dict(number: int) -> dict[str, str]:
    """Return about 1 KB."""
    return {f"key {number} {index:03}": "a value of text" for index in range(32)}


@vertex(effect="pure")
def small(number: int) -> dict[str, str]:
    return small_dict(number)


@vertex(effect="pure")
def large(number: int) -> bytes:
    return number.to_bytes(8, "little") * (LARGE_BYTES // 8)


def many() -> Flow[..., object]:
    """Make a flow of independent vertices that all return 1 KB."""
    return Flow.of("many", *(_small_vertex(f"small_{index}") for index in range(VERTICES)))


def _small_vertex(name: str) -> Callable[..., object]:
    @vertex(effect="pure", name=name)
    def made(number: int) -> dict[str, str]:
        return small_dict(number)

    return made


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        configure(Settings(CACHE_DIR=str(Path(folder) / "cache")))
        try:
            figures = [
                *_of_small(effort),
                *_of_large(Path(folder), effort),
                *_of_inputs(effort),
                _memory(),
            ]
        finally:
            configure(Settings())
    print(
        table(
            ("", "on", "", "unit", "x baseline", "goal", ""),
            [
                (
                    f.name,
                    f.subject,
                    f.value,
                    f.unit,
                    *(f.ratios.values() or ("",)),
                    f.goal,
                    f.verdict,
                )
                for f in figures
            ],
        )
    )
    return figures


def _of_small(effort: Effort) -> list[Figure]:
    one = Flow.of("one", small, result=small)
    disk, memory = one.options(cache=True), one.options(cache_store=MemoryStore())
    several = many().options(cache=True)
    numbers = count(1)
    code = Fingerprinter().of(small)
    calls: dict[str, Callable[[], object]] = {
        "a run without a cache": lambda: one.run(number=0),
        "a run, one hit": lambda: disk.run(number=0),
        "a run, one hit in memory": lambda: memory.run(number=0),
        f"a run, {VERTICES} hits, per hit": lambda: several.run(number=0),
        "a run, one miss": lambda: disk.run(number=next(numbers)),
        "its key": lambda: key_of_call("small", None, code, [("number", 0)]),
        "a look at its code": lambda: Fingerprinter().of(small),
    }
    for call in calls.values():
        call()
    text = dumps(small_dict(0))
    series = alternate(
        {name: repeated(call, effort.sample_s) for name, call in calls.items()},
        effort.rounds,
        {"json": repeated(lambda: loads(text), effort.sample_s / 4)},
    )
    return [_small_figure(series, name) for name in calls]


def _small_figure(series: Series, name: str) -> Figure:
    share = VERTICES if name.endswith("per hit") else 1
    ratio = series.ratio(name, "json") / share
    is_judged = name in ("a run, one hit", f"a run, {VERTICES} hits, per hit")
    return Figure(
        SECTION,
        name,
        "1 KB dict",
        series.seconds(name) * 1e6 / share,
        "us",
        {"json.loads": ratio},
        compared=ratio * JSON_AT_REFERENCE_US if is_judged else None,
        goal=GOAL_US if is_judged else None,
    )


def _of_large(folder: Path, effort: Effort) -> list[Figure]:
    plain = folder / "plain"
    plain.write_bytes(large(1))
    flows: dict[str, Flow[..., object]] = {"10 MB bytes": Flow.of("bytes", large)}
    if importlib.util.find_spec("numpy") is not None:
        flows["10 MB array"] = Flow.of("array", _array_vertex())
    calls = {name: _hitting(flow.options(cache=True)) for name, flow in flows.items()}
    series = alternate(
        {name: repeated(call, effort.sample_s) for name, call in calls.items()},
        effort.rounds,
        {"read and hash": repeated(lambda: _read_and_hash(plain), effort.sample_s)},
    )
    figures = []
    for name in calls:
        ratio = series.ratio(name, "read and hash")
        figures.append(
            Figure(
                SECTION,
                "a run, one hit",
                name,
                series.seconds(name) * 1e6,
                "us",
                {"read and hash": ratio},
                compared=ratio,
                goal=GOAL_RATIO,
            )
        )
    return figures


@vertex(effect="pure")
def size(given: Sized) -> int:
    return len(given)


def _of_inputs(effort: Effort) -> list[Figure]:
    """Measure misses by what goes in: it is looked at again after the call, if it can change."""
    values: dict[str, Sized] = {"1 KB dict": small_dict(0), "10 MB bytes": large(1)}
    if importlib.util.find_spec("numpy") is not None:
        values["10 MB array"] = _array_vertex()(1)  # type: ignore[assignment]  # it has a length
    store = MemoryStore()
    flow = Flow.of("size", size, result=size).options(cache_store=store)

    def miss(value: Sized) -> object:
        store.clear()
        return flow.run(given=value)

    calls: dict[str, Callable[[], object]] = {}
    for name, value in values.items():
        calls[f"{name} in"] = partial(miss, value)
        calls[f"{name} in, one look at it"] = partial(digest_value, value)
    series = alternate(
        {name: repeated(call, effort.sample_s) for name, call in calls.items()}, effort.rounds
    )
    return [
        Figure(SECTION, "a run, one miss", name, series.seconds(name) * 1e6, "us") for name in calls
    ]


def _array_vertex() -> Callable[..., object]:
    numpy = importlib.import_module("numpy")

    @vertex(effect="pure")
    def array(number: int) -> object:
        return numpy.full(LARGE_BYTES // 8, number, dtype="int64")

    array.__annotations__["return"] = numpy.ndarray
    return array


def _hitting(flow: Flow[..., object]) -> Callable[[], object]:
    flow.run(number=1)
    assert flow.run(number=1).report.hits  # noqa: S101 - else something else would be measured
    return lambda: flow.run(number=1)


def _read_and_hash(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return sha256(file.read()).digest()


def _memory() -> Figure:
    """Count the blocks of memory that many hits leave behind."""
    flow = Flow.of("one", small, result=small).options(cache=True)
    for _ in range(HITS // 10):
        flow.run(number=0)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(HITS):
        flow.run(number=0)
    gc.collect()
    kept = float(max(sys.getallocatedblocks() - before, 0))
    return Figure(
        SECTION, f"memory after {HITS:,} hits", "1 KB dict", kept, "blocks", goal=GOAL_BLOCKS
    )


def _measure_peers(place: Path) -> None:
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"making {place}", flush=True)
        venv.create(place, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, *PEERS, "numpy"], check=True)  # noqa: S603 - pip of our own environment
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(  # noqa: S603 - our own script
        [str(python), str(HERE / "cache_hits_probe.py"), str(LARGE_BYTES)],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    print(table(("peer", "on", "us", "x json.loads", "x read and hash"), loads(done.stdout)))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="Measure runs with a cache.")
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
