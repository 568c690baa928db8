"""A serial, plain flow runs as compiled source; it must differ from the plan in speed alone."""

import contextvars
import random
import traceback
from collections.abc import Callable, Mapping
from typing import NamedTuple

import attrs
import pytest

from hbia_dsl import All, Flow, FlowFailed, Run, vertex
from hbia_dsl.errors import ContractOutputError
from hbia_dsl.flow.wired_engine import LARGE_VERTICES

UNREACHABLE_S = 1e6
"""A deadline that is never reached: with one, a flow runs on the kernel."""


class Pair(NamedTuple):
    left: int
    right: int


@attrs.frozen
class Piece:
    size: int


def on_kernel(flow: Flow[..., object]) -> Flow[..., object]:
    return flow.options(timeout_s=UNREACHABLE_S)


def outcome(flow: Flow[..., object], inputs: Mapping[str, object]) -> dict[str, object]:
    """Run a flow and tell everything about the run that is not a time or an identity."""
    try:
        run = flow.run(**inputs)  # type: ignore[arg-type]  # inputs of many flows
    except FlowFailed as failed:
        return {
            "root": (type(failed.root), str(failed.root)),
            "failures": {name: type(error) for name, error in failed.failures.items()},
            "skipped": failed.skipped,
            "notes": [note.partition(", run ")[0] for note in failed.root.__notes__],
            "text": str(failed),
        }
    return {
        "values": list(run.items()),
        "states": run.states,
        "timed": list(run.timings),
        "order": [t.started_s for t in run.timings.values()]
        == sorted(t.started_s for t in run.timings.values()),
        "lineage": {name: run.lineage.of(name) for name in run},
    }


def both(flow: Flow[..., object], **inputs: object) -> dict[str, object]:
    """Run a flow in both ways, more than once, and return the one outcome."""
    compiled = [outcome(flow, inputs) for _ in range(3)]
    planned = outcome(on_kernel(flow), inputs)

    assert compiled == [planned] * 3
    for way in (flow, on_kernel(flow)):
        untimed = outcome(way.options(timings=False), inputs)
        assert untimed.get("timed", []) == []
        assert untimed == planned | {key: [] for key in ("timed",) if key in planned}
    return planned


@vertex
def start(number: int, step: int = 2) -> int:
    return number + step


@vertex(outputs=("left", "right"))
def halve(start: int) -> Pair:
    return Pair(start // 2, start - start // 2)


@vertex
def cut(left: int) -> Piece:
    return Piece(left)


@vertex
def trim(right: int) -> Piece:
    return Piece(right)


@vertex
def total(pieces: All[Piece], *, start: int, factor: int = 1) -> int:
    return factor * sum(piece.size for piece in pieces) - start


flow = Flow.of("halves", start, halve, cut, trim, total, result=total)


def test_parts_fan_ins_keywords_and_defaults_give_the_same_values() -> None:
    values = both(flow, number=8)["values"]

    assert isinstance(values, list)
    assert dict(values)["total.total"] == 0
    assert both(flow, number=8, step=1, factor=3) != both(flow, number=8)


@pytest.mark.parametrize("place", range(5))
def test_a_failure_at_any_place_is_reported_alike(place: int) -> None:
    def failing(name: str) -> Callable[..., object]:
        def fail(**_: object) -> int:
            raise LookupError(name)

        return fail

    vertices: list[Callable[..., object]] = []
    for number in range(5):
        body = failing(f"v{number}") if number == place else None
        vertices.append(_chained(number, body))
    failed = both(Flow.of("five", *vertices), v_in=1)

    assert failed["failures"] == {f"v{place}": LookupError}
    assert failed["skipped"] == tuple(f"v{n}" for n in range(place + 1, 5))


def _chained(number: int, body: Callable[..., object] | None) -> Callable[..., object]:
    def step(before: int) -> int:
        result = before + 1 if body is None else body(before=before)
        assert isinstance(result, int)
        return result

    source = f"v{number - 1}" if number else "input.v_in"
    return vertex(name=f"v{number}", inputs={"before": source})(step)


def test_a_broken_contract_is_the_same_error() -> None:
    @vertex
    def lie(number: int) -> int:
        return str(number)  # type: ignore[return-value]  # the mistake under test

    @vertex
    def after(lie: int) -> int:
        return lie

    failed = both(Flow.of("lies", lie, after), number=1)

    assert failed["root"] is not None
    with pytest.raises(FlowFailed) as caught:
        Flow.of("lies", lie, after).run(number=1)
    assert isinstance(caught.value.root, ContractOutputError)
    assert both(Flow.of("lies", lie, after).options(check=False), number=1)["values"]


def test_random_flows_agree() -> None:
    chance = random.Random(20)
    for _ in range(60):
        size = chance.randint(1, 30)
        fails = chance.choice([None, chance.randrange(size)])
        vertices = [_random_vertex(chance, n, fails=n == fails) for n in range(size)]
        both(Flow.of("random", *vertices), number=chance.randint(0, 9))


def _random_vertex(chance: random.Random, number: int, *, fails: bool) -> Callable[..., object]:
    sources = sorted(chance.sample(range(number), min(number, chance.randint(0, 3))))
    inputs = {f"p{k}": f"v{source}" for k, source in enumerate(sources)} or {"p0": "input.number"}

    def add(p0: int, p1: int, p2: int) -> int:
        if fails:
            raise ArithmeticError(number)
        return p0 + 2 * p1 + 3 * p2

    def one(p0: int) -> int:
        return add(p0, 0, 0)

    def two(p0: int, *, p1: int) -> int:
        return add(p0, p1, 0)

    body = (one, one, two, add)[len(inputs)]
    return vertex(name=f"v{number}", inputs=inputs)(body)


def test_a_handler_keeps_its_context_changes_to_itself() -> None:
    seen = contextvars.ContextVar("seen", default="caller")

    @vertex
    def change(number: int) -> str:
        seen.set("changed")
        return seen.get()

    @vertex
    def look(change: str) -> str:
        return f"{change} {seen.get()}"

    run = Flow.of("contexts", change, look, result=look).run(number=1)

    assert run.value == "changed caller"
    assert seen.get() == "caller"


def test_a_traceback_shows_the_lowered_line() -> None:
    @vertex
    def fail(number: int) -> int:
        raise LookupError(number)

    with pytest.raises(FlowFailed) as caught:
        Flow.of("shown", fail).run(number=1)
    text = "".join(traceback.format_exception(caught.value.root))

    assert 'File "flow shown, part 1, text ' in text
    assert "fail = copy().run(call_fail, S[0])" in text


def test_flows_of_one_name_show_each_its_own_lines() -> None:
    def failing(name: str) -> Flow[..., object]:
        @vertex(name=name)
        def fail(number: int) -> int:
            raise LookupError(number)

        return Flow.of("shown", fail)

    for name in ("first", "second"):
        with pytest.raises(FlowFailed) as caught:
            failing(name).run(number=1)
        text = "".join(traceback.format_exception(caught.value.root))

        assert f"{name} = copy().run(call_{name}, S[0])" in text


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_leaves_bare(error: type[BaseException]) -> None:
    @vertex
    def leave(number: int) -> int:
        raise error

    with pytest.raises(error):
        Flow.of("interrupted", leave).run(number=1)


def _long_flow(size: int) -> Flow[..., object]:
    vertices = [_chained(number, None) for number in range(size)]
    return Flow.of("long", *vertices)


def test_very_long_flows_are_compiled_in_pieces_for_their_second_run() -> None:
    size = LARGE_VERTICES + 500
    long_flow = _long_flow(size)
    runs: list[Run[object]] = [long_flow.run(v_in=0) for _ in range(3)]

    assert [run[f"v{size - 1}.v{size - 1}"] for run in runs] == [size] * 3
    assert list(runs[0].items()) == list(runs[2].items())


def test_a_failure_deep_in_a_long_flow_names_its_vertex() -> None:
    size = LARGE_VERTICES + 500
    place = size - 3

    def fail(**_: object) -> object:
        raise LookupError(place)

    vertices = [_chained(n, fail if n == place else None) for n in range(size)]
    long_flow = Flow.of("long", *vertices)
    for _ in range(2):
        with pytest.raises(FlowFailed) as caught:
            long_flow.run(v_in=0)

        assert list(caught.value.failures) == [f"v{place}"]
        assert caught.value.skipped == (f"v{size - 2}", f"v{size - 1}")


@pytest.mark.parametrize(
    "name", ["class", "print", "S", "T", "now", "copy", "run", "sure_a", "inputs"]
)
def test_any_name_of_a_vertex_can_be_compiled(name: str) -> None:
    def give(number: int) -> int:
        return number

    def take(value: int) -> int:
        return value + 1

    first = vertex(name=name)(give)
    second = vertex(name="a", inputs={"value": first})(take)

    values = both(Flow.of("names", first, second), number=1)["values"]

    assert values == [(f"{name}.{name}", 1), ("a.a", 2)]
