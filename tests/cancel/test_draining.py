"""A cancelled run waits for what it started: patiently, without turning in circles."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

import anyio
import pytest
import trio

import hbia_dsl.drivers.carriers
from cancel.cancel_world import JumpLoop, Spied, assert_no_thread_works
from driver_matrix import Limits, new_run
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.drivers.trio_loop import drive_on_trio
from hbia_dsl.errors import FlowFailed
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.kernel import CANCELLED, SUCCEEDED, Schedule
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_state import RunState
from sample_plans import Sketch, turn

PARALLEL = RunOptions(parallel=True)


def _one(handler: Callable[..., object], *, is_async: bool = True) -> Plan:
    return Sketch().vertex("only", handler, is_async=is_async).plan()


async def _drive(run: RunState, *, grace_s: float = 10.0) -> None:
    drive = drive_on_trio if running_loop() == "trio" else drive_on_asyncio
    await drive(run, Schedule.STAGES, max_workers=2, max_tasks=9, grace_s=grace_s)


def test_a_host_that_is_cancelled_again_and_again_disturbs_no_clean_up() -> None:
    received: list[BaseException] = []
    steps = 0

    async def handler() -> None:
        nonlocal steps
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            received.append(error)
            for _ in range(20):
                await asyncio.sleep(0)
                steps += 1
            raise

    async def main() -> None:
        spied = Spied(execute_async(_one(handler), {}, PARALLEL))

        async def body() -> None:
            await spied

        task = asyncio.create_task(body())
        await asyncio.sleep(0)
        for number in range(10):
            task.cancel(f"cancelled for the {number}. time")
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert caught.value.args == ("cancelled for the 0. time",)
        assert len(spied.thrown) > 1
        assert task.cancelling() == 10

    asyncio.run(main())

    assert len(received) == 1
    assert steps == 20


def _asyncio_hosts() -> dict[str, Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]]:
    async def timeout(run: Callable[[], Awaitable[object]]) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await run()

    async def scope(run: Callable[[], Awaitable[object]]) -> None:
        with anyio.move_on_after(0.01) as moved:
            await run()
        assert moved.cancelled_caught

    async def nested_scopes(run: Callable[[], Awaitable[object]]) -> None:
        with anyio.move_on_after(0.01), anyio.CancelScope():
            await run()

    return {"asyncio.timeout": timeout, "anyio scope": scope, "nested anyio scopes": nested_scopes}


@pytest.mark.parametrize("host", _asyncio_hosts())
@pytest.mark.parametrize("is_async", [True, False])
def test_waiting_for_clean_up_on_asyncio_takes_no_turns_of_the_loop(
    host: str, *, is_async: bool
) -> None:
    turns = 0
    over = threading.Event()

    async def slow_clean_up() -> None:
        nonlocal turns
        try:
            await asyncio.Event().wait()
        finally:
            turns = -loop.turns
            await asyncio.sleep(0.2)
            turns += loop.turns

    def slow_on_a_thread() -> None:
        nonlocal turns
        turns = -loop.turns
        over.wait(10)
        turns += loop.turns

    async def main() -> None:
        loop.call_later(0.2, over.set)
        plan = _one(slow_clean_up if is_async else slow_on_a_thread, is_async=is_async)
        await _asyncio_hosts()[host](lambda: execute_async(plan, {}, PARALLEL))

    loop = JumpLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())

    assert 0 < turns < 20


class _CountsWaits(trio.abc.Instrument):
    def __init__(self) -> None:
        self.waits = 0

    def before_io_wait(self, timeout: float) -> None:
        """Count the turns of trio's loop."""
        self.waits += 1


@pytest.mark.parametrize("is_async", [True, False])
def test_waiting_for_clean_up_on_trio_takes_no_turns_of_the_loop(*, is_async: bool) -> None:
    turns = 0
    over = threading.Event()
    counter = _CountsWaits()

    async def slow_clean_up() -> None:
        nonlocal turns
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                turns = -counter.waits
                await trio.sleep(0.2)
                turns += counter.waits

    def slow_on_a_thread() -> None:
        nonlocal turns
        turns = -counter.waits
        over.wait(10)
        turns += counter.waits

    async def release() -> None:
        await trio.sleep(0.2)
        over.set()

    async def main() -> None:
        plan = _one(slow_clean_up if is_async else slow_on_a_thread, is_async=is_async)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(release)
            with trio.move_on_after(0.01) as scope:
                await execute_async(plan, {}, PARALLEL)
            assert scope.cancelled_caught

    trio.run(main, instruments=[counter])

    assert 0 < turns < 20


@pytest.mark.parametrize("swallowed", [1, 2, 3])
def test_a_handler_that_swallows_its_cancellation_is_cancelled_again_and_named(
    swallowed: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hbia_dsl.drivers.carriers, "RECANCEL_S", 0.01)
    received = 0

    async def stubborn() -> str:
        nonlocal received
        while received < swallowed:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                received += 1
        await asyncio.Event().wait()
        return "never"

    async def main() -> None:
        run = new_run(_one(stubborn), Schedule.STAGES, {})
        task = asyncio.create_task(_drive(run, grace_s=0.01))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert run.kernel.states[0] == CANCELLED

    with caplog.at_level(logging.WARNING, logger="hbia_dsl"):
        asyncio.run(main())

    assert received == swallowed
    assert len(caplog.messages) == swallowed
    assert "still waits for vertex `only`" in caplog.messages[0]


def test_a_handler_that_swallows_its_cancellation_on_trio_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def stubborn() -> None:
        with trio.CancelScope(shield=True):
            await trio.sleep(0.1)

    async def main() -> None:
        run = new_run(_one(stubborn), Schedule.STAGES, {})
        with trio.move_on_after(0.01):
            await _drive(run, grace_s=0.02)

    with caplog.at_level(logging.WARNING, logger="hbia_dsl"):
        trio.run(main)

    assert len(caplog.messages) == 1
    assert "still waits for vertex `only`" in caplog.messages[0]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("is_async", [True, False])
def test_what_a_vertex_gives_while_the_run_is_wound_down_is_kept(
    backend: str, *, is_async: bool
) -> None:
    over = threading.Event()

    async def late() -> str:
        try:
            if backend == "trio":
                with trio.CancelScope(shield=True):
                    await trio.sleep(0.05)
            else:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await turn()
        return "late"

    def late_on_a_thread() -> str:
        over.wait(10)
        return "late"

    run = new_run(
        _one(late if is_async else late_on_a_thread, is_async=is_async), Schedule.STAGES, {}
    )

    async def on_asyncio() -> None:
        asyncio.get_running_loop().call_later(0.05, over.set)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await _drive(run)

    async def on_trio() -> None:
        async def release() -> None:
            await trio.sleep(0.05)
            over.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(release)
            with trio.move_on_after(0.01):
                await _drive(run)

    if backend == "trio":
        trio.run(on_trio)
    else:
        asyncio.run(on_asyncio())

    assert run.kernel.states[0] == SUCCEEDED
    assert run.slots == [None, "late"]


def test_a_sibling_of_a_failure_is_cancelled_exactly_once() -> None:
    received = 0

    async def waits() -> None:
        nonlocal received
        try:
            await asyncio.Event().wait()
        finally:
            received += 1
            for _ in range(5):
                await asyncio.sleep(0)  # a second cancellation would end this
            received += 10

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError

    plan = (
        Sketch().vertex("waits", waits, is_async=True).vertex("fails", fails, is_async=True).plan()
    )
    with pytest.raises(FlowFailed) as caught:
        execute(plan, {}, PARALLEL)

    assert isinstance(caught.value.root, ValueError)
    assert list(caught.value.failures) == ["fails"]
    assert received == 11


def test_a_cancelled_host_names_the_failures_that_it_did_not_get_to_see() -> None:
    async def fails_in_clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("disk on fire")

    async def main() -> None:
        task = asyncio.create_task(execute_async(_one(fails_in_clean_up), {}, PARALLEL))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert caught.value.__notes__ == ["vertex `only` also failed: OSError: disk on fire"]

    asyncio.run(main())


def test_limits_of_the_matrix_are_what_runs_use_by_default() -> None:
    options = RunOptions()

    assert Limits() == Limits(4, options.max_tasks, options.grace_s)
    assert_no_thread_works()


def test_a_handler_that_cleans_up_after_its_own_timeout_is_cancelled_once_it_has_recovered() -> (
    None
):
    inside = asyncio.Event()
    seen: list[str] = []

    async def handler() -> None:
        try:
            async with asyncio.timeout(0.001):
                try:
                    await asyncio.Event().wait()
                finally:
                    inside.set()
                    await asyncio.sleep(0.02)
                    seen.append("cleaned up after the timeout")
        except TimeoutError:
            seen.append("recovered")
        await asyncio.Event().wait()

    async def main() -> None:
        run = new_run(_one(handler), Schedule.STAGES, {})
        task = asyncio.create_task(_drive(run, grace_s=1_000))
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())

    assert seen == ["cleaned up after the timeout", "recovered"]


def test_the_timeout_of_a_vertex_is_kept_when_the_run_is_stopped_during_its_clean_up() -> None:
    cleaned = 0
    inside = asyncio.Event()

    async def times_out(_: object) -> None:
        nonlocal cleaned
        try:
            await asyncio.Event().wait()
        finally:
            inside.set()
            await asyncio.sleep(0.01)
            cleaned += 1

    async def fails(_: object) -> None:
        await inside.wait()
        raise ValueError

    plan = (
        Sketch()
        .vertex("fails", fails, "x", is_async=True)
        .vertex("times_out", times_out, "x", is_async=True, timeout_s=0.005)
        .plan()
    )
    with pytest.raises(FlowFailed) as caught:
        execute(plan, {0: 1}, PARALLEL)

    assert list(caught.value.failures) == ["fails", "times_out"]
    assert isinstance(caught.value.failures["times_out"], TimeoutError)
    assert cleaned == 1
