"""Digests of values, and values to bytes and back, beside JSON and SHA-256.

Encoding includes the proof that the value comes back. What a large value costs is measured in
passes over its bytes: SHA-256 is the digest, `bytearray` is a copy.
"""

import importlib
import importlib.util
import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

import attrs

from figures import Figure, table
from hbia_dsl.cache.value_codec import codec_for
from hbia_dsl.cache.value_digest import digest_value
from measuring import Effort, Sample, alternate, repeated

SECTION: Final = "values"

LARGE_BYTES: Final = 10_000_000
JUDGED: Final = "1 KB dict of text"
_AT_REFERENCE: Final[Mapping[str, tuple[str, float, float]]] = {
    "digest": ("json.dumps", 8.0, 20.0),
    "decode": ("json.loads", 5.5, 20.0),
}
"""For what is judged in microseconds: what stands for the speed of the machine, how long that
takes on a quiet machine, and the goal there."""
GOAL_LARGE_RATIO: Final = 1.3


@attrs.frozen
class Line:
    """One line of an order."""

    article: str
    count: int
    price: float


@attrs.frozen
class Order:
    """A record of 8 fields with records inside."""

    number: int
    customer: str
    city: str | None
    lines: list[Line]
    total: float
    is_paid: bool
    tags: frozenset[str]
    notes: dict[str, str]


@attrs.frozen
class Subject:
    """One value, how it is declared, and what it is compared with."""

    name: str
    value: object
    form: object
    baselines: Mapping[str, Callable[[], object]]
    is_large: bool = False


def measure(effort: Effort) -> list[Figure]:
    """Measure every kind of value and print it."""
    figures = [figure for subject in _subjects() for figure in _figures(subject, effort)]
    print("digest, encode (with its proof) and decode of one value, microseconds")
    rows = [
        (
            f.name,
            f.subject,
            f.value,
            ", ".join(f"{ratio:.2f} x {name}" for name, ratio in f.ratios.items()),
            f.goal,
            f.verdict,
        )
        for f in figures
    ]
    print(table(("", "of", "us", "ratio", "goal", ""), rows))
    return figures


def _subjects() -> list[Subject]:
    flat = {f"key {number:02}": f"value of number {number}" for number in range(32)}
    mixed: dict[str, object] = {f"k{n}": [n, f"text {n}", n / 7, None] for n in range(28)}
    data = os.urandom(LARGE_BYTES)
    hashing: dict[str, Callable[[], object]] = {
        "sha256": lambda: sha256(data).digest(),
        "copy": lambda: bytearray(data),
    }
    subjects = [
        Subject(JUDGED, flat, dict[str, str], _json(flat)),
        Subject("1 KB dict of lists", mixed, dict[str, object], _json(mixed)),
        Subject("attrs record", _order(), Order, _json(attrs.asdict(_order()), _listed)),
        Subject("10 MB bytes", data, bytes, hashing, is_large=True),
    ]
    if importlib.util.find_spec("numpy") is not None:
        numpy = importlib.import_module("numpy")
        array = numpy.frombuffer(data, "f8").copy()
        subjects.append(Subject("10 MB array", array, numpy.ndarray, hashing, is_large=True))
    return subjects


def _order() -> Order:
    lines = [Line(f"article {number}", number, number * 1.5) for number in range(5)]
    return Order(
        7,
        "Ann Other",
        None,
        lines,
        12.5,
        is_paid=True,
        tags=frozenset({"a", "b"}),
        notes={"k": "v"},
    )


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _json(
    data: object, default: Callable[[object], object] | None = None
) -> Mapping[str, Callable[[], object]]:
    text = json.dumps(data, default=default)
    return {
        "json.dumps": lambda: json.dumps(data, default=default),
        "json.loads": lambda: json.loads(text),
    }


def _figures(subject: Subject, effort: Effort) -> list[Figure]:
    codec = codec_for(subject.form)
    stored = bytes(codec.encode(subject.value))
    candidates: dict[str, Sample] = {
        "digest": repeated(lambda: digest_value(subject.value), effort.sample_s),
        "encode": repeated(lambda: codec.encode(subject.value), effort.sample_s),
        "decode": repeated(lambda: codec.decode(stored), effort.sample_s),
    }
    beside = {n: repeated(call, effort.sample_s / 4) for n, call in subject.baselines.items()}
    series = alternate(candidates, effort.rounds, beside)
    figures = []
    for name in candidates:
        ratios = {baseline: series.ratio(name, baseline) for baseline in beside}
        compared, goal = _judged(name, subject, ratios)
        figures.append(
            Figure(
                SECTION,
                name,
                subject.name,
                series.seconds(name) * 1e6,
                "us",
                ratios,
                compared,
                goal,
            )
        )
    return figures


def _judged(
    name: str, subject: Subject, ratios: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Return what is held against the goal, and the goal; for large values it is a ratio."""
    if subject.is_large:
        return (ratios["sha256"], GOAL_LARGE_RATIO) if name == "digest" else (None, None)
    if subject.name != JUDGED or name not in _AT_REFERENCE:
        return None, None
    baseline, reference_us, goal_us = _AT_REFERENCE[name]
    return ratios[baseline] * reference_us, goal_us


if __name__ == "__main__":
    from measuring import THOROUGH

    measure(THOROUGH)
