"""Where a run may be started: `run` without a loop, `run_async` inside one."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
import trio

from hbia_dsl import Flow, FlowFailed, vertex
from hbia_dsl.errors import ForeignLoopError, RunUsageError

calls: list[str] = []


@pytest.fixture(autouse=True)
def _clean() -> None:
    calls.clear()


@vertex
def plain(number: int) -> int:
    calls.append("plain")
    return number


@vertex
async def loop_name(number: int) -> str:
    calls.append("loop_name")
    return "trio" if trio.lowlevel.in_trio_run() else type(asyncio.get_running_loop()).__name__


PLAIN: Final = Flow.of("plain", plain, result=plain)
ASYNC: Final = Flow.of("async", plain, loop_name, result=loop_name)


def _on_asyncio(main: Callable[[], Awaitable[object]]) -> object:
    async def call() -> object:
        return await main()

    return asyncio.run(call())


on_each_loop = pytest.mark.parametrize("start", [_on_asyncio, trio.run], ids=["asyncio", "trio"])


@on_each_loop
@pytest.mark.parametrize("flow", [PLAIN, ASYNC], ids=["plain", "async"])
def test_a_blocking_run_on_a_running_loop_is_refused_and_names_the_way(
    start: Callable[..., object], flow: Flow[..., object]
) -> None:
    async def main() -> None:
        flow.run(number=1)

    with pytest.raises(RunUsageError, match="on a thread whose event loop is running") as error:
        start(main)

    assert error.value.diagnostic.help == "write `await flow.run_async(...)`"
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert calls == []


@on_each_loop
def test_a_blocking_run_on_another_thread_is_fine(start: Callable[..., object]) -> None:
    values: list[int] = []

    async def main() -> None:
        thread = threading.Thread(target=lambda: values.append(PLAIN.run(number=1).value))
        thread.start()
        thread.join()

    start(main)

    assert values == [1]


def test_an_awaited_run_without_a_loop_is_refused_and_names_the_way() -> None:
    coroutine = PLAIN.run_async(number=1)

    with pytest.raises(RunUsageError, match="neither asyncio nor trio") as error:
        coroutine.send(None)

    assert error.value.diagnostic.help == "write `flow.run(...)` in code that is not async"
    assert calls == []


@on_each_loop
def test_an_awaited_run_uses_the_loop_that_runs(start: Callable[..., object]) -> None:
    async def main() -> str:
        return (await ASYNC.run_async(number=1)).value

    assert ("trio" in str(start(main)).lower()) is (start is trio.run)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_blocking_run_makes_the_loop_that_was_asked_for(backend: Any) -> None:  # noqa: ANN401 - a word of an option
    run = ASYNC.options(async_backend=backend).run(number=1)

    assert ("trio" in run.value) is (backend == "trio")


def test_a_vertex_that_needs_another_loop_is_told_before_anything_runs() -> None:
    @vertex(backend="trio")
    async def on_trio(plain: int) -> int:
        await trio.lowlevel.checkpoint()
        return plain

    flow = Flow.of("needs_trio", plain, on_trio, result=on_trio)

    with pytest.raises(ForeignLoopError, match="`on_trio` needs trio") as error:
        flow.run(number=1)
    assert calls == []
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert flow.options(async_backend="trio").run(number=1).value == 1


def test_a_handler_of_the_other_loop_is_recognised() -> None:
    @vertex
    async def on_trio(number: int) -> int:
        await trio.lowlevel.checkpoint()
        return number

    with pytest.raises(FlowFailed) as error:
        Flow.of("other", on_trio).run(number=1)

    assert isinstance(error.value.root, ForeignLoopError)
    assert 'async_backend="trio"' in str(error.value.root)
