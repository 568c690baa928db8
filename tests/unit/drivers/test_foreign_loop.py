"""A handler written for the other event loop fails clearly, and the run ends."""

import asyncio
from collections.abc import Callable

import anyio
import pytest
import trio

from driver_matrix import LOOPS, Driver, run_under
from hbia_dsl.errors import FlowFailed, ForeignLoopError
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_options import RunOptions
from sample_plans import Colour, Sketch, total

ON_ASYNCIO = [driver for driver in LOOPS if "asyncio" in driver.name]
ON_TRIO = [driver for driver in LOOPS if "trio" in driver.name]


async def _sleeps_in_trio(_: object) -> None:
    await trio.sleep(0.001)


async def _checkpoints_in_trio(_: object) -> None:
    await trio.lowlevel.checkpoint()


async def _opens_a_nursery(_: object) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 1)


async def _waits_for_an_event_of_trio(_: object) -> None:
    await trio.Event().wait()


async def _reaches_trio_later(_: object) -> None:
    await asyncio.sleep(0.001)
    await trio.sleep(0.001)


async def _sleeps_in_asyncio(_: object) -> None:
    await asyncio.sleep(0.001)


async def _yields_in_asyncio(_: object) -> None:
    await asyncio.sleep(0)


class _NeverBegun:
    """Given instead of a coroutine, which would complain that nobody awaited it."""


async def _makes_an_asyncio_task(_: object) -> None:
    await asyncio.create_task(_NeverBegun())  # type: ignore[arg-type]  # it comes to nothing


async def _waits_for_an_event_of_asyncio(_: object) -> None:
    await asyncio.Event().wait()


async def _awaits_a_future(_: object) -> None:
    loop = asyncio.new_event_loop()
    try:
        await loop.create_future()
    finally:
        loop.close()


async def _reaches_asyncio_later(_: object) -> None:
    await trio.sleep(0.001)
    await asyncio.sleep(0)


async def _reaches_asyncio_again_and_again(_: object) -> None:
    for _ in range(3):
        try:
            await asyncio.sleep(0)
        except TypeError:
            await trio.lowlevel.checkpoint()
    await asyncio.sleep(0)


FOR_TRIO = [
    _sleeps_in_trio,
    _checkpoints_in_trio,
    _opens_a_nursery,
    _waits_for_an_event_of_trio,
    _reaches_trio_later,
]
FOR_ASYNCIO = [
    _sleeps_in_asyncio,
    _yields_in_asyncio,
    _makes_an_asyncio_task,
    _waits_for_an_event_of_asyncio,
    _awaits_a_future,
    _reaches_asyncio_later,
    _reaches_asyncio_again_and_again,
]


def _assert_clear(driver: Driver, handler: Callable[..., object], running: str, other: str) -> None:
    cleaned: list[int] = []

    async def beside(_: object) -> None:
        try:
            await anyio.sleep(10)
        finally:
            cleaned.append(1)

    sketch = (
        Sketch().vertex("beside", beside, "x", is_async=True) if _overlaps(driver) else Sketch()
    )
    sketch.vertex("foreign", handler, "x", is_async=True).vertex("after", total, "foreign")
    outcome = run_under(driver, sketch.plan(Colour.ASYNC))

    assert isinstance(outcome.error, FlowFailed), outcome.error
    root = outcome.error.root
    assert isinstance(root, ForeignLoopError)
    assert isinstance(root, RuntimeError)
    assert f"vertex `foreign` waits for {other}, but this run is on {running}" in str(root)
    assert f'async_backend="{other}"' in str(root)
    assert outcome.error.skipped == ("after",)
    assert cleaned == ([1] if _overlaps(driver) else [])


def _overlaps(driver: Driver) -> bool:
    return driver.schedule.value != "serial"


@pytest.mark.parametrize("handler", FOR_ASYNCIO)
@pytest.mark.parametrize("driver", ON_TRIO, ids=str)
def test_a_handler_for_asyncio_fails_clearly_on_trio(
    driver: Driver, handler: Callable[..., object]
) -> None:
    _assert_clear(driver, handler, "trio", "asyncio")


@pytest.mark.parametrize("handler", FOR_TRIO)
@pytest.mark.parametrize("driver", ON_ASYNCIO, ids=str)
def test_a_handler_for_trio_fails_clearly_on_asyncio(
    driver: Driver, handler: Callable[..., object]
) -> None:
    _assert_clear(driver, handler, "asyncio", "trio")


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_an_error_that_only_looks_similar_stays_what_it_is(driver: Driver) -> None:
    class CustomError(RuntimeError):
        pass

    async def handler(_: object) -> None:
        raise CustomError("no running event loop, must be called from async context")

    outcome = run_under(driver, Sketch().vertex("a", handler, "x", is_async=True).plan())

    assert isinstance(outcome.error, FlowFailed)
    assert type(outcome.error.root) is CustomError


def test_a_vertex_that_insists_on_the_other_loop_is_refused_before_anything_has_run() -> None:
    ran: list[int] = []

    async def handler(_: object) -> None:
        ran.append(1)

    plan = (
        Sketch()
        .vertex("first", lambda _: ran.append(0), "x")
        .vertex("insists", handler, "x", is_async=True, backend="trio")
        .plan()
    )
    with pytest.raises(ForeignLoopError, match="vertex `insists` needs trio"):
        execute(plan, {0: 1}, RunOptions())
    with pytest.raises(ForeignLoopError, match="vertex `insists` needs trio"):
        asyncio.run(execute_async(plan, {0: 1}, RunOptions()))

    assert ran == []
    trio.run(execute_async, plan, {0: 1}, RunOptions())
    execute(plan, {0: 1}, RunOptions().changed({"async_backend": "trio"}))
    assert ran == [0, 1, 0, 1]
