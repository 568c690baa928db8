"""The coroutine of a lowered async flow, stepped by hand."""

import asyncio
import linecache
from collections.abc import Callable
from types import FunctionType

import pytest

from hbia_dsl.lowering.await_text import TURN, AwaitedRun, compile_awaits
from hbia_dsl.lowering.run_text import PIECE_VERTICES, RunCall


async def add_one(number: int) -> int:
    return number + 1


async def waits(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


def _call(name: str, handler: Callable[..., object], takes: str, slot: int) -> RunCall:
    return RunCall(name, handler, (takes,), (), slot, None, None, (takes,) if slot > 1 else ())


def _chain(*handlers: Callable[..., object]) -> AwaitedRun:
    calls = [
        _call(f"v{slot}", handler, f"v{slot - 1}" if slot > 1 else "S[0]", slot)
        for slot, handler in enumerate(handlers, start=1)
    ]
    slot_of = {f"v{slot}": slot for slot in range(1, len(handlers) + 1)}
    return compile_awaits("chain", calls, slot_of, {})


def test_it_gives_up_its_turn_after_each_vertex_and_hands_on_what_is_for_the_loop() -> None:
    ((numbers, piece),) = _chain(add_one, waits, add_one).pieces
    slots: list[object] = [1, None, None, None]
    coroutine = piece(slots)

    assert list(numbers) == [0, 1, 2]
    assert coroutine.send(None) is TURN
    assert slots == [1, 2, None, None]
    assert coroutine.send(None) is None  # what asyncio.sleep(0) hands to its loop
    assert slots == [1, 2, None, None]
    assert coroutine.send(None) is TURN
    assert coroutine.send(None) is TURN
    assert slots == [1, 2, 4, 5]
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_a_long_flow_is_several_coroutines_that_borrow_from_those_before() -> None:
    size = PIECE_VERTICES + 2
    compiled = _chain(*[add_one] * size)
    slots: list[object] = [0] * (size + 1)

    assert [numbers[0] for numbers, _ in compiled.pieces] == [0, PIECE_VERTICES]
    for numbers, piece in compiled.pieces:
        coroutine = piece(slots)
        assert all(coroutine.send(None) is TURN for _ in numbers)
        coroutine.close()
    assert slots == list(range(size + 1))


def test_its_text_is_one_await_a_vertex_and_can_be_shown() -> None:
    ((_, piece),) = _chain(add_one, waits).pieces
    assert isinstance(piece, FunctionType)
    linecache.lazycache(piece.__code__.co_filename, piece.__globals__)
    lines = linecache.getlines(piece.__code__.co_filename)

    assert [line.strip() for line in lines] == [
        "async def run(S):",
        "v1 = await call_v1(S[0])",
        "S[1] = v1",
        "await turn",
        "v2 = await call_v2(v1)",
        "S[2] = v2",
        "await turn",
    ]
