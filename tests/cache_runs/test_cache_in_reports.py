"""`run.report` says of each vertex hit, miss or not cacheable, and why."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.cache.memory_store import MemoryStore

LIMIT = 3
lock = threading.Lock()
calls: list[int] = []


@vertex(effect="pure", version="2")
def limited(n: int) -> int:
    calls.append(n)
    with lock:
        return min(n, LIMIT)


@vertex(inputs={"n": limited}, effect="pure")
def numbers(n: int) -> Iterator[int]:
    return iter(range(n))


@vertex(inputs={"found": numbers}, effect="pure")
def total(found: Iterator[int]) -> int:
    return sum(found)


@vertex(inputs={"n": limited})
def undeclared(n: int) -> int:
    return n


@vertex(inputs={"n": limited}, effect="side_effect")
def sent(n: int) -> int:
    return n


flow = Flow.of("reported", limited, numbers, total, undeclared, sent)


def _text(report: object) -> str:
    return re.sub(r"run [0-9a-f]{12}| in \d+\.\d{6} s", "", str(report))


def test_a_report_says_what_happened_to_each_vertex() -> None:
    store = MemoryStore()
    first = flow.options(cache_store=store).run(n=5)
    again = flow.options(cache_store=store).run(n=5)
    other = flow.options(cache_store=store).run(n=4)

    head = " of flow `reported`: {} of 5 vertices from the cache\n  limited: succeeded, {}"
    rest = (
        "\n  numbers: succeeded, not cacheable: its result: `range_iterator` has no canonical form"
        "\n  undeclared: succeeded, not cacheable: "
        'its effect is not declared, so it is taken for "side_effect"'
        '\n  sent: succeeded, not cacheable: its effect is "side_effect"'
        "\n  total: succeeded, not cacheable: "
        "input `found`: `range_iterator` has no canonical form"
    )
    assert _text(first.report) == head.format(0, "miss: nothing is kept of this vertex yet") + rest
    assert _text(again.report) == head.format(1, "hit") + rest
    assert _text(other.report) == head.format(0, "miss: input `n` changed") + rest


def test_limits_say_what_the_cache_does_not_see() -> None:
    store = MemoryStore()
    for _ in range(2):
        note = flow.options(cache_store=store).run(n=5).report.vertices[0].cache
        assert note is not None
        assert sorted(note.limits) == [
            f"`{__name__}.calls` is changed by the code itself, so only its value at first counts",
            f"cannot see inside `{__name__}.lock` (a lock)",
        ]


def test_a_changed_constant_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cached = flow.options(cache_store=MemoryStore())
    cached.run(n=5)
    monkeypatch.setitem(globals(), "LIMIT", 2)
    run = cached.run(n=5)

    assert run[limited] == 2
    assert run.report.why("limited") == (f"constant `{__name__}.LIMIT` changed",)


def test_an_entry_that_was_evicted_is_not_blamed_on_a_change() -> None:
    store = MemoryStore()
    cached = flow.options(cache_store=store)
    cached.run(n=5)
    store.prune(0)

    assert cached.run(n=5).report.why("limited") == (
        "the value of this very call is not kept any more",
    )


def test_why_knows_the_vertices_of_the_run_only() -> None:
    report = flow.options(cache_store=MemoryStore()).run(n=5).report

    with pytest.raises(KeyError):
        report.why("limitd")
    assert flow.run(n=5).report.why("limited") == ()


def test_what_cannot_be_read_of_an_object_makes_its_vertex_not_cacheable() -> None:
    class Odd:
        def __init__(self) -> None:
            self.read: Callable[[], object] = object

    @vertex(effect="pure")
    def told(odd: object) -> str:
        return type(odd).__name__

    run = Flow.of("odd", told).options(cache_store=MemoryStore()).run(odd=Odd())

    assert run["told.told"] == "Odd"
    (why,) = run.report.why("told")
    assert why.startswith("input `odd")
