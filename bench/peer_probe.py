"""Probe: peers on W1 to W4; answers lines of JSON, in an environment where they are installed.

    {"do": "list"}                                            -> what there is to measure
    {"do": "prepare", "workload": "W1", "name": "Hamilton"}   -> why it cannot be measured, or null
    {"do": "sample", "workload": "W1", "name": "Hamilton"}    -> seconds for one run

Every peer is used as its manual says for a graph of plain functions. It keeps what it built:
building is not measured.
"""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from typing import Final, Protocol, Self

from graphs import Function, Workload, chain, diamond, fan, layers, write_vertices
from measuring import Sample, repeated, repeated_on_asyncio

PACKAGES: Final = ("apache-hamilton", "pipefunc", "dask")
SAMPLE_S: Final = 0.02
WORKERS: Final = 4

_NUMBERS: Final = count()

WORKLOADS: Final[Mapping[str, Callable[[], Workload]]] = {
    "W1": chain,
    "W2": fan,
    "W3": layers,
    "W4": diamond,
}


class HamiltonDriver(Protocol):
    """The part of Hamilton's driver that is used here."""

    def execute(self, names: list[str]) -> object:
        """Compute values."""


class HamiltonBuilder(Protocol):
    """The part of Hamilton's builder that is used here."""

    def with_adapters(self, *adapters: object) -> Self:
        """Change how functions are run."""

    def build(self) -> HamiltonDriver:
        """Build."""


class Pipeline(Protocol):
    """The part of a pipefunc pipeline that is used here."""

    def __call__(self, output: str) -> object:
        """Compute one value."""

    def map(self, inputs: Mapping[str, object], **options: object) -> object:
        """Compute all values."""


def hamilton(workload: Workload) -> Sample:
    """Make a sample of Hamilton's driver."""
    built = _hamilton_builder(workload).build()
    return repeated(lambda: built.execute([_last(workload)]), SAMPLE_S)


def hamilton_threads(workload: Workload) -> Sample:
    """Make a sample of Hamilton's driver on threads."""
    adapter = importlib.import_module("hamilton.plugins.h_threadpool").FutureAdapter
    built = _hamilton_builder(workload).with_adapters(adapter(max_workers=WORKERS)).build()
    return repeated(lambda: built.execute([_last(workload)]), SAMPLE_S)


def hamilton_asyncio(workload: Workload) -> Sample:
    """Make a sample of Hamilton's driver for async functions."""
    builder = importlib.import_module("hamilton.async_driver").Builder()
    module = _hamilton_module(workload, is_async=True)
    built = builder.with_modules(module).build_without_init()

    async def execute() -> object:
        result: object = await built.execute([_last(workload)])
        return result

    return repeated_on_asyncio(execute, SAMPLE_S)


def pipefunc_call(workload: Workload) -> Sample:
    """Make a sample of calling a pipefunc pipeline."""
    pipeline = _pipeline(workload.name)
    return repeated(lambda: pipeline(_last(workload)), SAMPLE_S)


def pipefunc_map(workload: Workload) -> Sample:
    """Make a sample of mapping a pipefunc pipeline, one function after the other."""
    pipeline = _pipeline(workload.name)
    return repeated(lambda: pipeline.map({}, parallel=False, storage="dict"), SAMPLE_S)


def pipefunc_threads(workload: Workload) -> Sample:
    """Make a sample of mapping a pipefunc pipeline on a pool of threads."""
    pipeline, pool = _pipeline(workload.name), ThreadPoolExecutor(WORKERS)
    return repeated(lambda: pipeline.map({}, executor=pool, storage="dict"), SAMPLE_S)


def dask_sync(workload: Workload) -> Sample:
    """Make a sample of Dask's synchronous scheduler."""
    get, graph = importlib.import_module("dask.local").get_sync, _dask_graph(workload)
    return repeated(lambda: get(graph, _last(workload)), SAMPLE_S)


def dask_threads(workload: Workload) -> Sample:
    """Make a sample of Dask's scheduler on threads."""
    get, graph = importlib.import_module("dask.threaded").get, _dask_graph(workload)
    return repeated(lambda: get(graph, _last(workload), num_workers=WORKERS), SAMPLE_S)


# pipefunc takes minutes to build W3.
WITHOUT_W3: Final = ("W1", "W2", "W4")

CANDIDATES: Final[Mapping[str, tuple[str, Callable[[Workload], Sample], tuple[str, ...]]]] = {
    "Hamilton": ("apache-hamilton", hamilton, tuple(WORKLOADS)),
    "Hamilton, threads": ("apache-hamilton", hamilton_threads, tuple(WORKLOADS)),
    "Hamilton, asyncio": ("apache-hamilton", hamilton_asyncio, tuple(WORKLOADS)),
    "pipefunc call": ("pipefunc", pipefunc_call, WITHOUT_W3),
    "pipefunc map": ("pipefunc", pipefunc_map, WITHOUT_W3),
    "pipefunc map, threads": ("pipefunc", pipefunc_threads, WITHOUT_W3),
    "Dask, sync": ("dask", dask_sync, tuple(WORKLOADS)),
    "Dask, threads": ("dask", dask_threads, tuple(WORKLOADS)),
}


def main() -> None:
    """Answer until nothing more is asked."""
    sys.setrecursionlimit(100_000)  # peers walk their graphs by recursion
    for line in sys.stdin:
        question = json.loads(line)
        answer: object
        if question["do"] == "list":
            answer = _listed()
        elif question["do"] == "prepare":
            answer = _prepared(question["workload"], question["name"])
        else:
            answer = _sample(question["workload"], question["name"])()
        print(json.dumps(answer), flush=True)


@cache
def _sample(workload: str, name: str) -> Sample:
    return CANDIDATES[name][1](WORKLOADS[workload]())


def _prepared(workload: str, name: str) -> str | None:
    try:
        _sample(workload, name)
    except Exception as problem:  # noqa: BLE001 - a peer may fail in any way; it is left out then
        return f"{type(problem).__name__}: {problem}"
    return None


def _listed() -> dict[str, object]:
    versions, problems = {}, []
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            problems.append(f"{package} is not installed")
    return {
        "versions": [f"{package} {number}" for package, number in versions.items()],
        "problems": problems,
        "candidates": {
            workload: [
                name
                for name, (package, _, on) in CANDIDATES.items()
                if package in versions and workload in on
            ]
            for workload in WORKLOADS
        },
    }


def _last(workload: Workload) -> str:
    return f"v{len(workload) - 1}"


def _hamilton_builder(workload: Workload) -> HamiltonBuilder:
    builder = importlib.import_module("hamilton.driver").Builder()
    found: HamiltonBuilder = builder.with_modules(_hamilton_module(workload))
    return found


def _hamilton_module(workload: Workload, *, is_async: bool = False) -> object:
    make = importlib.import_module("hamilton.ad_hoc_utils").create_temporary_module
    functions = write_vertices(workload, is_async=is_async)
    module: object = make(*functions, module_name=f"hamilton_module_{next(_NUMBERS)}")
    return module


@cache  # building one takes half a minute
def _pipeline(name: str) -> Pipeline:
    pipefunc = importlib.import_module("pipefunc")
    functions = [
        pipefunc.PipeFunc(function, output_name=function.__name__)
        for function in write_vertices(WORKLOADS[name]())
    ]
    found: Pipeline = pipefunc.Pipeline(functions, validate_type_annotations=False)
    return found


def _dask_graph(workload: Workload) -> dict[str, tuple[Function | str, ...]]:
    functions = write_vertices(workload)
    return {
        f"v{v}": (function, *(f"v{p}" for p in row))
        for v, (function, row) in enumerate(zip(functions, workload.rows, strict=True))
    }


if __name__ == "__main__":
    main()
