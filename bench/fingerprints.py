"""Fingerprints of 1,000 vertices that share helpers, constants and classes.

Cold is the first time in a process. Warm is every later run: each thing is looked at again, so
that an edit, a reload or a patch is never missed.
"""

import itertools
import sys
from collections.abc import Callable
from time import perf_counter
from types import ModuleType
from typing import Final

from figures import REFERENCE_B_US, Figure, table
from graphs import layers
from hbia_dsl.cache.fingerprint import Fingerprinter, fingerprint_of
from measuring import Effort, alternate, repeated
from workloads import write

SECTION: Final = "fingerprints"

VERTICES: Final = 1_000
VERTICES_A_MODULE: Final = 20
GOALS_US: Final = {"cold": 20.0, "warm, one run": 10.0}

_HELPERS: Final = '''
"""Helpers that every vertex uses some of."""
import re
from dataclasses import dataclass

LIMIT = 40
STOP = frozenset({"a", "an", "the"})
WEIGHTS = {"title": 3.0, "body": 1.0}
WORD = re.compile(r"\\w+")

@dataclass(frozen=True)
class Document:
    title: str
    body: str = ""

    def words(self) -> list[str]:
        return WORD.findall(self.body)

def clean(text: str) -> str:
    """Cut and lower."""
    return text.strip().lower()[:LIMIT]

def is_word(text: str, least: int = 2) -> bool:
    return len(text) >= least and text not in STOP

def words(document: Document) -> list[str]:
    return [clean(word) for word in document.words() if is_word(word)]

def score(words: list[str], field: str = "body") -> float:
    return sum(WEIGHTS[field] for word in words if is_word(word))
'''

_VERTEX: Final = """
SCALE_{k} = {k}

def vertex_{k}(document: Document, factor: float = {k}.5) -> dict[str, float]:
    found = words(document)
    total = score(found, "title") * factor
    if not found:
        return {{}}
    return {{clean(found[0]): total * SCALE_{k}, "count": float(len(found))}}
"""

_LONG_VERTEX: Final = """
SCALE_{k} = {k}

def weigh_{k}(value: float) -> float:
    return value * SCALE_{k} + {k}

def vertex_{k}(document: Document, factor: float = {k}.5) -> dict[str, float]:
    found = words(document)
    total = score(found, "title") * factor
    if not found:
        return {{}}
    longest = max(found, key=lambda word: len(clean(word)))
    return {{longest: weigh_{k}(total), "count": float(len(found))}}
"""

Vertices = list[Callable[..., object]]


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    numbers = itertools.count()
    warm = _application(next(numbers), _VERTEX)
    _time(warm)
    series = alternate(
        {
            "cold": lambda: _time(_application(next(numbers), _VERTEX)),
            "cold, each with a helper and a lambda of its own": lambda: _time(
                _application(next(numbers), _LONG_VERTEX)
            ),
            "warm, one run": lambda: _time(warm),
            "warm, one by one": lambda: _time_alone(warm),
        },
        effort.rounds,
        {"b": repeated(write(layers()).looped, effort.sample_s)},
    )
    b_us = REFERENCE_B_US["W3"] * len(layers())
    figures = [
        Figure(
            SECTION,
            f"fingerprint: {name}",
            f"{VERTICES:,} vertices",
            series.seconds(name) * 1e6,
            "us a vertex",
            {"b": series.ratio(name, "b")},
            series.ratio(name, "b") * b_us,
            GOALS_US.get(name),
        )
        for name in series.samples
    ]
    print(
        table(
            ("", "us a vertex", "at ref. speed", "goal", ""),
            [(f.name, f.value, f.compared, f.goal, f.verdict) for f in figures],
        )
    )
    return figures


def _application(number: int, vertex: str) -> Vertices:
    """Make modules of their own, so that nothing of them was seen before."""
    package = f"app{number}"
    helpers = _module(f"{package}.words", _HELPERS)
    found: Vertices = []
    for first in range(0, VERTICES, VERTICES_A_MODULE):
        numbers = range(first, first + VERTICES_A_MODULE)
        text = "".join(vertex.format(k=k) for k in numbers)
        names = ("Document", "clean", "score", "words")
        module = _module(
            f"{package}.part{first}", text, {name: getattr(helpers, name) for name in names}
        )
        found += [getattr(module, f"vertex_{k}") for k in numbers]
    return found


def _module(name: str, text: str, given: dict[str, object] | None = None) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module  # where a dataclass looks for its own module
    vars(module).update(given or {})
    exec(compile(text, f"<{name}>", "exec"), vars(module))  # noqa: S102 - written right here
    return module


def _time(vertices: Vertices) -> float:
    begun = perf_counter()
    fingerprinter = Fingerprinter()
    for fn in vertices:
        fingerprinter.of(fn)
    return (perf_counter() - begun) / len(vertices)


def _time_alone(vertices: Vertices) -> float:
    begun = perf_counter()
    for fn in vertices:
        fingerprint_of(fn)
    return (perf_counter() - begun) / len(vertices)
