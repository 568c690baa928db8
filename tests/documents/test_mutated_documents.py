"""Mutated documents: a valid graph or a `DocumentError`, never anything else, and quickly."""

import os
import random
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Final

import pytest

from hbia_dsl import Graph, GraphTopology
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.documents.validate_graph import validate_graph
from hbia_dsl.errors import DocumentError
from hostile_documents import HOSTILE

LONG: Final = os.environ.get("HBIA_LONG") == "1"
COUNT: Final = 200_000 if LONG else 2_000
SLOWEST_S: Final = 2.0
SLICES: Final = 64 if LONG else 8

SOUND: Final = b"""\
flow:
  order:
    start:
      handler: shop.vertices.start
      effect: pure
      version: "1.0"
      inputs: {customer: str, items: "list[dict[str, int]]", note: "str?"}
      outputs: {order: dict, total: float}
      next: [reserve]
    reserve:
      handler: shop.vertices.reserve
      inputs:
        order: start.order
        limit: {value: [1, -2.5e3, true, null, "x", {k: v}]}
      outputs: {ok: bool}
      compensate: shop.vertices.release
    charge:
      handler: shop.vertices.charge
      inputs: {total: start.total, ok: reserve.ok}
      compensate: null
  mail:
    send: {handler: shop.mail.send, inputs: {to: str | none}}
atomic_groups:
  payment:
    vertices: [reserve, charge]
    on_failure: compensate
    no_cache: yes
    no_parallel: false
"""

WORDS: Final = (
    b"&a ", b"*a", b"!!str ", b"!x ", b"<<: ", b"---\n", b"...\n", b"%YAML 1.1\n", b"? ", b": ",
    b"- ", b"[", b"]", b"{", b"}", b",", b"#", b"|\n", b">\n", b"'", b'"', b"\t", b"\r", b"\x85",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff", b"\x00", b"~", b"yes", b"2.0", b"010",
    b"1:30", b".nan", b"start", b"start.order", b"reserve", b"payment", b"flow:", b"value", b"\n",
    b"\n  ", b"\n    ", b"handler: os.system", b"next: [start]", b"inputs: {p: charge.x}", b".",
)  # fmt: skip

Mutation = Callable[[bytes, random.Random], bytes]


def _flip(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]


def _drop(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + rng.randint(1, 12) :]


def _insert(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + rng.choice(WORDS) + raw[at:]


def _repeat_a_line(raw: bytes, rng: random.Random) -> bytes:
    lines = raw.split(b"\n")
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return b"\n".join(lines)


def _drop_a_line(raw: bytes, rng: random.Random) -> bytes:
    lines = raw.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _swap_words(raw: bytes, rng: random.Random) -> bytes:
    words = raw.split(b" ")
    one, other = rng.randrange(len(words)), rng.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _splice(raw: bytes, rng: random.Random) -> bytes:
    other = rng.choice([h.raw for h in HOSTILE.values() if len(h.raw) < 5_000])
    at, start = rng.randrange(len(raw) + 1), rng.randrange(len(other) + 1)
    return raw[:at] + other[start : start + rng.randint(1, 200)] + raw[at:]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    _flip, _drop, _insert, _repeat_a_line, _drop_a_line, _swap_words, _splice,
)  # fmt: skip


def _mutated(rng: random.Random) -> bytes:
    raw = SOUND
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        raw = rng.choice(MUTATIONS)(raw, rng) or b"x"
    return raw


def _loaded(raw: bytes) -> Graph | None:
    """The graph of a document; None if it was refused with places in it."""
    begun = perf_counter()
    refusal = None
    graph = None
    try:
        graph = load_graph(raw, origin="doc.yaml")
    except DocumentError as error:
        refusal = error
    assert perf_counter() - begun < SLOWEST_S
    if refusal is not None:
        lines = len(raw.decode("utf-8", "replace").splitlines())
        places = [diagnostic.location for diagnostic in refusal.diagnostics]
        assert all(place is not None and 1 <= place.line <= lines + 1 for place in places)
        assert str(refusal)
    return graph


def test_the_document_that_is_mutated_is_sound() -> None:
    assert _loaded(SOUND) is not None


@pytest.mark.parametrize("part", range(SLICES))
def test_a_mutated_document_is_a_sound_graph_or_refused(part: int) -> None:
    _loaded(b"flow: {f: {a: {handler: m.a, nxt: []}}}")  # so that the reader itself is imported
    modules = set(sys.modules)
    sound = 0
    for number in range(part, COUNT, SLICES):
        graph = _loaded(_mutated(random.Random(number)))
        if graph is not None:
            sound += 1
            assert validate_graph(graph) == []
            assert GraphTopology(graph).scheduling_stages()

    assert set(sys.modules) == modules
    # Both happen often, else the mutations would prove nothing.
    assert COUNT // SLICES * 0.02 < sound < COUNT // SLICES * 0.6
