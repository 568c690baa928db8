"""A run whose values come from the cache gives what a run that computes them gives."""

import datetime as dt
import enum
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple, NewType

import attrs
import pytest

from cached_modes import MODES, Mode
from hbia_dsl import Flow, Run, atomic, vertex
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.errors import FlowFailed

Cents = NewType("Cents", int)
Net = NewType("Net", int)
Told = NewType("Told", str)

ran: list[str] = []
"""Which vertices ran; the code changes it itself, so it is no input of theirs."""


@pytest.fixture(autouse=True)
def _nothing_ran_yet() -> None:
    ran.clear()


class Colour(enum.Enum):
    """A kind of value that JSON does not know."""

    RED = "r"


@attrs.frozen
class Order:
    """A record with many kinds of fields."""

    number: int
    colours: frozenset[Colour]
    at: dt.datetime
    price: Decimal
    by_day: dict[dt.date, tuple[int, ...]]
    raw: bytes
    note: str | None = None


class Best(NamedTuple):
    """A result that is split."""

    winner: str
    score: float


@vertex(effect="pure")
def order(number: int) -> Order:
    ran.append("order")
    return Order(
        number,
        frozenset({Colour.RED}),
        dt.datetime(2026, 5, 17, 3, tzinfo=dt.UTC),
        Decimal("9.90"),
        {dt.date(2026, 5, 17): (1, number)},
        b"\x00\xff",
    )


@vertex(effect="pure")
async def gross(order: Order) -> Cents:
    ran.append("gross")
    return Cents(int(order.price * 100))


@vertex(outputs=("winner", "score"), effect="pure")
def best(order: Order) -> Best:
    ran.append("best")
    return Best(f"#{order.number}", 0.5)


@vertex(inputs={"name": "best.winner", "score": "best.score"}, effect="pure")
def told(name: str, score: float, cents: Cents) -> Told:
    ran.append("told")
    return Told(f"{name} {score} {cents}")


@vertex(inputs={"text": told}, effect="side_effect")
def sent(text: str) -> int:
    ran.append("sent")
    return len(text)


@vertex
def undeclared(order: Order) -> list[int]:
    ran.append("undeclared")
    return [order.number]


flow = Flow.of("orders", order, gross, best, told, sent, undeclared, result=told)

PURE = {"order", "gross", "best", "told"}
ALWAYS = {"sent", "undeclared"}


def _values(run: Run[Told]) -> list[tuple[str, object, type]]:
    return [(name, value, type(value)) for name, value in run.items()]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_hit_equals_a_miss_in_value_and_type_in_every_mode(mode: Mode) -> None:
    cached = flow.options(cache_store=MemoryStore())
    plain = _values(mode.run(flow, number=3))
    ran.clear()

    first = mode.run(cached, number=3)
    computed = set(ran)
    ran.clear()
    second = mode.run(cached, number=3)

    assert computed == PURE | ALWAYS
    assert set(ran) == ALWAYS
    assert _values(first) == _values(second) == plain
    assert set(second.report.hits) == PURE
    assert set(first.report.misses) == PURE


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_what_one_mode_kept_every_other_mode_finds(mode: Mode) -> None:
    cached = flow.options(cache_store=MemoryStore())
    MODES[0].run(cached, number=3)
    ran.clear()

    mode.run(cached, number=3)

    assert set(ran) == ALWAYS


def test_another_input_runs_only_what_depends_on_it() -> None:
    cached = flow.options(cache_store=MemoryStore())
    cached.run(number=3)
    ran.clear()

    run = cached.run(number=4)

    # What the price is worth does not change, but the order it is read from does.
    assert set(ran) == PURE | ALWAYS
    assert run.report.why("order") == ("input `number` changed",)
    assert run.report.why("told") == ("input `name` changed",)


def test_a_run_without_a_cache_neither_reads_nor_writes() -> None:
    store = MemoryStore()
    cached = flow.options(cache_store=store)
    cached.run(number=3)
    entries = store.info().entries
    ran.clear()

    flow.run(number=3)
    cached.options(cache=False).run(number=5)

    assert ran.count("order") == 2
    assert store.info().entries == entries
    assert flow.run(number=3).report.hits == ()


def test_changing_a_value_that_was_returned_changes_no_later_one() -> None:
    @vertex(effect="pure")
    def rows(n: int) -> list[dict[str, int]]:
        return [{"n": n}]

    one = Flow.of("rows", rows, result=rows).options(cache_store=MemoryStore())
    for _ in range(3):
        value = one.run(n=1).value
        assert value == [{"n": 1}]
        value[0]["n"] = 7
        value.append({})


def test_each_hit_is_a_new_object() -> None:
    cached = flow.options(cache_store=MemoryStore())
    runs = [cached.run(number=3) for _ in range(3)]

    assert len({id(run[order]) for run in runs}) == 3


@vertex(effect="pure")
def faulty(n: int) -> int:
    ran.append("faulty")
    if ran.count("faulty") < 3:
        raise ValueError("not yet")
    return n


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_failure_is_never_kept(mode: Mode) -> None:
    cached = Flow.of("faulty", faulty, result=faulty).options(cache_store=MemoryStore())
    for _ in range(2):
        with pytest.raises(FlowFailed, match="ValueError"):
            mode.run(cached, n=1)

    assert mode.run(cached, n=1).value == mode.run(cached, n=1).value == 1
    assert ran == ["faulty"] * 3


@vertex(effect="pure")
def liar(n: int) -> list[int]:
    ran.append("liar")
    return [n] if ran.count("liar") > 1 else "no list"  # type: ignore[return-value]  # what is tested


def test_contracts_are_checked_and_what_breaks_them_is_not_kept() -> None:
    cached = Flow.of("liar", liar, result=liar).options(cache_store=MemoryStore())
    with pytest.raises(FlowFailed, match="liar"):
        cached.run(n=1)

    assert cached.run(n=1).value == cached.run(n=1).value == [1]
    assert ran == ["liar"] * 2


@vertex(outputs=("a", "b"), effect="pure")
def parts(n: int) -> dict[str, int]:
    ran.append("parts")
    return {"a": n, "b": n} if ran.count("parts") > 1 else {"a": n}


def test_a_result_without_one_of_its_parts_is_not_kept() -> None:
    cached = Flow.of("parts", parts).options(cache_store=MemoryStore())
    with pytest.raises(FlowFailed, match="ContractOutputError"):
        cached.run(n=1)

    run = cached.run(n=1)
    again = cached.run(n=1)

    assert dict(run) == dict(again) == {"parts.a": 1, "parts.b": 1}
    assert again.report.hits == ("parts",)


def _group(*, no_cache: bool) -> Flow[..., int]:
    @atomic(group="together", no_cache=no_cache)
    @vertex(effect="pure")
    def first(n: int) -> int:
        ran.append("first")
        return n + 1

    @atomic(group="together", no_cache=no_cache)
    @vertex(inputs={"n": first}, effect="pure")
    def second(n: int) -> int:
        ran.append("second")
        return n + 1

    return Flow.of("group", first, second, result=second).options(cache_store=MemoryStore())


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_group_with_no_cache_is_never_skipped(mode: Mode) -> None:
    cached = _group(no_cache=True)
    runs = [mode.run(cached, n=1) for _ in range(2)]

    assert ran == ["first", "second"] * 2
    reason = "atomic group `together` has no_cache=True"
    assert runs[1].report.why("second") == (reason,)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_pure_members_of_a_group_may_be_skipped_if_it_says_so(mode: Mode) -> None:
    cached = _group(no_cache=False)
    runs = [mode.run(cached, n=1) for _ in range(2)]

    assert ran == ["first", "second"]
    assert [run.value for run in runs] == [3, 3]


class Scale:
    """Has a method that is a vertex."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    @vertex(effect="pure")
    def scaled(self, n: int) -> int:
        ran.append("scaled")
        return n * self.factor


def test_the_state_of_a_bound_method_counts() -> None:
    store = MemoryStore()
    values = [
        Flow.of("scale", Scale(k).scaled).options(cache_store=store).run(n=5)["scaled.scaled"]
        for k in (2, 3, 2, 3)
    ]

    assert values == [10, 15, 10, 15]
    assert ran == ["scaled", "scaled"]


class Adder:
    """An object that can be called."""

    __name__ = "adder"

    def __init__(self, add: int) -> None:
        self.add = add

    def __call__(self, n: int) -> int:
        ran.append("adder")
        return n + self.add


def test_the_state_of_an_object_that_is_called_counts() -> None:
    store = MemoryStore()
    values = []
    for add in (1, 2, 1):
        adder = vertex(effect="pure")(Adder(add))
        values.append(Flow.of("add", adder).options(cache_store=store).run(n=1)["adder.adder"])

    assert values == [2, 3, 2]
    assert ran == ["adder"] * 2


def test_nested_runs_have_caches_of_their_own() -> None:
    @vertex(effect="pure")
    def inner(n: int) -> int:
        ran.append("inner")
        return n + 1

    nested = Flow.of("inner", inner, result=inner)
    store = MemoryStore()
    nested_cached = nested.options(cache_store=store)

    @vertex
    def outer(n: int) -> int:
        return nested.run(n=n).value + nested_cached.run(n=n).value

    around = Flow.of("outer", outer, result=outer).options(cache_store=store)

    assert [around.run(n=1).value for _ in range(3)] == [4, 4, 4]
    assert ran.count("inner") == 3 + 1


def test_an_edit_inside_a_flow_that_a_vertex_runs_is_seen() -> None:
    store = MemoryStore()

    def around(step: Callable[[int], int]) -> Flow[..., int]:
        nested = Flow.of("inner", vertex(effect="pure", name="step")(step), result=step)

        @vertex(effect="pure")
        def outer(n: int) -> int:
            return nested.run(n=n).value

        return Flow.of("outer", outer, result=outer).options(cache_store=store)

    def plus(n: int) -> int:
        return n + 1

    def times(n: int) -> int:
        return n * 10

    assert around(plus).run(n=5).value == 6
    assert around(times).run(n=5).value == 50


def test_inputs_that_differ_only_in_type_are_different() -> None:
    @vertex(effect="pure")
    def kind(x: object) -> str:
        return type(x).__name__

    cached = Flow.of("kind", kind, result=kind).options(cache_store=MemoryStore())
    values = [1, 1.0, True, "1", b"1", Decimal(1), [1], (1,), {1}, Path("1")]

    for _ in range(2):
        assert [cached.run(x=x).value for x in values] == [type(x).__name__ for x in values]


def test_versions_and_declared_dependencies_are_part_of_the_key() -> None:
    store = MemoryStore()

    def versions(version: str, depends_on: tuple[object, ...] = ()) -> str:
        @vertex(effect="pure", version=version, depends_on=depends_on)
        def same(n: int) -> int:
            ran.append("same")
            return n

        cached = Flow.of("same", same, result=same).options(cache_store=store)
        run = cached.run(n=1)
        return "; ".join(run.report.why("same"))

    assert versions("1") == "nothing is kept of this vertex yet"
    assert versions("2") == 'version changed from "1" to "2"'
    assert versions("2", ("prices of May",)) == "now also reaches depends_on number `1`"
    assert versions("2", ("prices of June",)) == "depends_on number `1` changed"
    assert versions("2", ("prices of June",)) == ""
    assert ran == ["same"] * 4


@vertex(effect="pure")
def rows(number: int) -> list[int]:
    return [number, 2, 1]


@vertex(effect="pure", inputs={"found": rows})
def least(found: list[int]) -> int:
    found.sort()
    return found[0]


@vertex(effect="pure", inputs={"found": rows, "low": least})
def after_least(found: list[int], low: int) -> tuple[int, ...]:
    return (low, *found)


def test_a_vertex_that_alters_its_input_is_not_kept() -> None:
    flow = Flow.of("sorting", rows, least, after_least, result=after_least)
    cached = flow.options(cache_store=MemoryStore())

    runs = [cached.run(number=3) for _ in range(2)]

    assert [run.value for run in runs] == [flow.run(number=3).value] * 2
    why = ("input `found` is not the same after the call",)
    assert [run.report.why("least") for run in runs] == [why, why]
    assert runs[1].report.hits == ("rows", "after_least")


@vertex(effect="pure")
def as_text(given: object) -> str:
    return str(given)


IMMUTABLE: Final = (1, True, 2.5, 1j, None, "text", b"bytes", (1, ("a", (b"b",))), frozenset({1}))
MUTABLE: Final = ([1], {"a": 1}, {1}, bytearray(b"1"), (1, [2]), ((1,), ({"a": 1},)))


def test_an_input_is_looked_at_again_after_the_call_if_anything_in_it_can_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[object] = []

    def look(value: object) -> bytes:
        looks.append(value)
        return digest_value(value)

    monkeypatch.setattr("hbia_dsl.flow.run_cache.digest_value", look)
    cached = Flow.of("text", as_text, result=as_text).options(cache_store=MemoryStore())

    for given in (*IMMUTABLE, *MUTABLE):
        assert cached.run(given=given).report.misses == ("as_text",)
        assert cached.run(given=given).report.hits == ("as_text",)

    assert looks == list(MUTABLE)


@vertex(effect="pure")
def alters_inside(given: tuple[int, list[int]]) -> int:
    given[1].append(1)
    return len(given[1])


def test_a_list_inside_a_tuple_that_a_vertex_alters_is_noticed() -> None:
    cached = Flow.of("inside", alters_inside).options(cache_store=MemoryStore())

    for _ in range(2):
        why = cached.run(given=(1, [2])).report.why("alters_inside")
        assert why == ("input `given` is not the same after the call",)
