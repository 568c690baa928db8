"""A serial, plain flow of async vertices runs as compiled source; only speed may differ."""

import asyncio
import contextvars
import random
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import pairwise
from types import FrameType
from typing import Literal, NamedTuple

import attrs
import pytest

from hbia_dsl import All, Flow, FlowFailed, Run, vertex
from hbia_dsl.errors import ContractOutputError
from hbia_dsl.flow.wired_engine import LARGE_VERTICES
from sample_plans import turn

UNREACHABLE_S = 1e6
"""A deadline that is never reached: with one, a flow runs on the kernel."""

Backend = Literal["asyncio", "trio"]
AnyFlow = Flow[..., object]

LOOPS: tuple[Backend, ...] = ("asyncio", "trio")

SEEN = contextvars.ContextVar("seen", default="caller")


class Pair(NamedTuple):
    left: int
    right: int


@attrs.frozen
class Piece:
    size: int


def is_compiled() -> bool:
    """Return whether whoever asks was called by compiled source."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the stack is what is asked about
    while frame is not None:
        if frame.f_code.co_filename.startswith("flow "):
            return True
        frame = frame.f_back
    return False


def on_kernel(flow: AnyFlow) -> AnyFlow:
    return flow.options(timeout_s=UNREACHABLE_S)


def outcome(flow: AnyFlow, inputs: Mapping[str, object]) -> dict[str, object]:
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
    timings = list(run.timings.values())
    return {
        "values": list(run.items()),
        "states": run.states,
        "timed": list(run.timings),
        "in turn": all(a.ended_s <= b.started_s for a, b in pairwise(timings)),
        "lineage": {name: run.lineage.of(name) for name in run},
    }


def both(flow: AnyFlow, **inputs: object) -> dict[str, object]:
    """Run a flow in both ways, on both loops, more than once, and return the one outcome."""
    found = []
    for backend in LOOPS:
        flow = flow.options(async_backend=backend)
        found += [outcome(flow, inputs) for _ in range(2)]
        found.append(outcome(on_kernel(flow), inputs))

    assert found == [found[0]] * len(found)
    return found[0]


@vertex
async def start(number: int, step: int = 2) -> int:
    return number + step


@vertex(outputs=("left", "right"))
async def halve(start: int) -> Pair:
    await turn()
    return Pair(start // 2, start - start // 2)


@vertex
async def cut(left: int) -> Piece:
    return Piece(left)


@vertex
async def trim(right: int) -> Piece:
    await turn()
    await turn()
    return Piece(right)


@vertex
async def total(pieces: All[Piece], *, start: int, factor: int = 1) -> int:
    return factor * sum(piece.size for piece in pieces) - start


HALVES = Flow.of("halves", start, halve, cut, trim, total, result=total)


def test_parts_fan_ins_keywords_and_defaults_give_the_same_values() -> None:
    values = both(HALVES, number=8)["values"]

    assert isinstance(values, list)
    assert dict(values)["total.total"] == 0
    assert both(HALVES, number=8, step=1, factor=3) != both(HALVES, number=8)


@pytest.mark.parametrize("suspends", [False, True])
@pytest.mark.parametrize("place", range(5))
def test_a_failure_at_any_place_is_reported_alike(place: int, *, suspends: bool) -> None:
    async def fail() -> int:
        raise LookupError(place)

    vertices = [
        _chained(number, fail if number == place else None, suspends=suspends)
        for number in range(5)
    ]
    failed = both(Flow.of("five", *vertices), v_in=1)

    assert failed["failures"] == {f"v{place}": LookupError}
    assert failed["skipped"] == tuple(f"v{n}" for n in range(place + 1, 5))


def _chained(
    number: int, body: Callable[[], Awaitable[int]] | None = None, *, suspends: bool = False
) -> Callable[..., object]:
    async def step(before: int) -> int:
        if suspends:
            await turn()
        return before + 1 if body is None else await body()

    source = f"v{number - 1}" if number else "input.v_in"
    return vertex(name=f"v{number}", inputs={"before": source})(step)


def test_a_broken_contract_is_the_same_error() -> None:
    @vertex
    async def lie(number: int) -> int:
        return str(number)  # type: ignore[return-value]  # the mistake under test

    @vertex
    async def after(lie: int) -> int:
        return lie

    flow = Flow.of("lies", lie, after)
    both(flow, number=1)
    with pytest.raises(FlowFailed) as caught:
        flow.run(number=1)

    assert isinstance(caught.value.root, ContractOutputError)
    assert both(flow.options(check=False), number=1)["values"]


class Callable3:
    """A handler that is no function."""

    async def __call__(self, number: int) -> int:
        await turn()
        return number + 3


async def _two(number: int, more: int) -> int:
    return number + more


def test_handlers_that_are_no_coroutine_functions_are_awaited_alike() -> None:
    three = vertex(name="three", inputs={"number": "input.number"})(Callable3())
    five = vertex(name="five", inputs={"number": "input.number"})(partial(_two, more=5))
    values = both(Flow.of("odd", three, five), number=1)["values"]

    assert values == [("three.three", 4), ("five.five", 6)]


def test_random_flows_agree() -> None:
    chance = random.Random(20)
    for _ in range(30):
        size = chance.randint(1, 25)
        fails = chance.choice([None, chance.randrange(size)])
        vertices = [_random_vertex(chance, n, fails=n == fails) for n in range(size)]
        both(Flow.of("random", *vertices), number=chance.randint(0, 9))


def _random_vertex(chance: random.Random, number: int, *, fails: bool) -> Callable[..., object]:
    sources = sorted(chance.sample(range(number), min(number, chance.randint(0, 3))))
    inputs = {f"p{k}": f"v{source}" for k, source in enumerate(sources)} or {"p0": "input.number"}
    before, after = chance.randint(0, 2), chance.randint(0, 1)

    async def add(p0: int, p1: int, p2: int) -> int:
        for _ in range(before):
            await turn()
        if fails:
            raise ArithmeticError(number)
        for _ in range(after):
            await turn()
        return p0 + 2 * p1 + 3 * p2

    async def one(p0: int) -> int:
        return await add(p0, 0, 0)

    async def two(p0: int, *, p1: int) -> int:
        return await add(p0, p1, 0)

    body = (one, one, two, add)[len(inputs)]
    return vertex(name=f"v{number}", inputs=inputs)(body)


@pytest.mark.parametrize("backend", LOOPS)
@pytest.mark.parametrize("suspends", [False, True])
def test_a_handler_keeps_its_context_changes_to_itself(backend: Backend, *, suspends: bool) -> None:
    @vertex
    async def change(number: int) -> str:
        assert is_compiled()
        token = SEEN.set("changed")
        if suspends:
            await turn()
        inside = SEEN.get()
        SEEN.reset(token)
        SEEN.set("left behind")
        return inside

    @vertex
    async def look(change: str) -> str:
        before = SEEN.get()
        if suspends:
            await turn()
        return f"{change} {before} {SEEN.get()}"

    flow = Flow.of("contexts", change, look, result=look).options(async_backend=backend)

    assert flow.run(number=1).value == "changed caller caller"
    assert SEEN.get() == "caller"


@pytest.mark.parametrize("backend", LOOPS)
@pytest.mark.parametrize("suspends", [False, True])
def test_a_traceback_shows_the_lowered_line(backend: Backend, *, suspends: bool) -> None:
    @vertex
    async def fine(number: int) -> int:
        return number

    @vertex
    async def fail(fine: int) -> int:
        if suspends:
            await turn()
        raise LookupError(fine)

    with pytest.raises(FlowFailed) as caught:
        Flow.of("shown", fine, fail).options(async_backend=backend).run(number=1)
    text = "".join(traceback.format_exception(caught.value.root))

    assert 'File "flow shown, part 1, text ' in text
    assert "fail = await call_fail(fine)" in text


@pytest.mark.parametrize("backend", LOOPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_leaves_bare(error: type[BaseException], backend: Backend) -> None:
    @vertex
    async def leave(number: int) -> int:
        raise error

    flow = Flow.of("interrupted", leave).options(async_backend=backend)
    for either in (flow, on_kernel(flow)):
        with pytest.raises(error) as caught:
            either.run(number=1)
        assert "vertex `leave`" in caught.value.__notes__[-1]


def test_very_long_flows_are_compiled_in_pieces_for_their_second_run() -> None:
    size = LARGE_VERTICES + 500
    flow = Flow.of("long", *(_chained(number) for number in range(size)))
    runs: list[Run[object]] = [flow.run(v_in=0) for _ in range(3)]

    assert [run[f"v{size - 1}.v{size - 1}"] for run in runs] == [size] * 3
    assert list(runs[0].items()) == list(runs[2].items())


def test_a_failure_deep_in_a_long_flow_names_its_vertex() -> None:
    size = LARGE_VERTICES + 500
    place = size - 3

    async def fail() -> int:
        await turn()
        raise LookupError(place)

    vertices = [_chained(n, fail if n == place else None) for n in range(size)]
    flow = Flow.of("long", *vertices)
    for _ in range(2):
        with pytest.raises(FlowFailed) as caught:
            flow.run(v_in=0)

        assert list(caught.value.failures) == [f"v{place}"]
        assert caught.value.skipped == (f"v{size - 2}", f"v{size - 1}")


@pytest.mark.parametrize("name", ["class", "print", "S", "turn", "awaitable", "run", "call_a"])
def test_any_name_of_a_vertex_can_be_compiled(name: str) -> None:
    async def give(number: int) -> int:
        return number

    async def take(value: int) -> int:
        await turn()
        return value + 1

    first = vertex(name=name)(give)
    second = vertex(name="a", inputs={"value": first})(take)

    values = both(Flow.of("names", first, second), number=1)["values"]

    assert values == [(f"{name}.{name}", 1), ("a.a", 2)]


@vertex
async def compiled(number: int) -> tuple[bool, bool]:
    before = is_compiled()
    await turn()
    return before, is_compiled()


COMPILED = Flow.of("plain", compiled, result=compiled)


@pytest.mark.parametrize("backend", LOOPS)
def test_only_serial_runs_without_anything_special_are_compiled(backend: Backend) -> None:
    flow = COMPILED.options(async_backend=backend)

    assert flow.run(number=1).value == (True, True)
    assert flow.options(check=False).run(number=1).value == (True, True)
    assert flow.options(parallel=True).run(number=1).value == (False, False)
    assert flow.options(timeout_s=UNREACHABLE_S).run(number=1).value == (False, False)
    assert flow.options(on_error="continue").run(number=1).value == (False, False)


def test_awaited_runs_are_compiled_too_and_runs_of_data_as_well() -> None:
    async def main() -> list[object]:
        awaited = await COMPILED.run_async(number=1)
        of_data = await COMPILED.run_data_async({"number": 1})
        return [awaited.value, of_data.value]

    assert asyncio.run(main()) == [(True, True)] * 2
    assert COMPILED.run_data({"number": 1}).value == (True, True)


def test_a_flow_with_a_vertex_that_is_not_async_steps_the_kernel() -> None:
    @vertex
    def plain(compiled: tuple[bool, bool]) -> bool:
        return compiled[0] or compiled[1] or is_compiled()

    assert Flow.of("mixed", compiled, plain, result=plain).run(number=1).value is False


def test_a_run_inside_a_compiled_one_steps_the_kernel_and_gives_its_values() -> None:
    @vertex
    async def outer(number: int) -> tuple[bool, bool]:
        assert is_compiled()
        return (await COMPILED.run_async(number=number)).value

    @vertex
    async def after(outer: tuple[bool, bool]) -> int:
        return len(outer)

    run = Flow.of("outer", outer, after, result=after).run(number=1)

    assert run.value == 2
    # Its handler is called by a carrier of its own, not by the compiled source around it.
    assert run[outer] == (False, False)


async def _gather(flow: AnyFlow, count: int) -> list[object]:
    runs = await asyncio.gather(*(flow.run_async(number=n) for n in range(count)))
    return [run["total.total"] for run in runs]


def test_many_runs_of_one_flow_at_once_do_not_disturb_each_other() -> None:
    alone = [outcome(HALVES, {"number": n})["values"] for n in range(20)]
    together = asyncio.run(_gather(HALVES, 20))

    assert together == [dict(values)["total.total"] for values in alone]  # type: ignore[call-overload]  # lists of pairs
