"""Wherever and by whomever a run is cancelled, nothing of it is left, and all was cleaned up."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable

import anyio
import pytest
import trio

from cancel.cancel_world import (
    BUSY_MOMENTS,
    BUSY_VALUE,
    JumpLoop,
    Spied,
    World,
    assert_no_thread_works,
    busy_plan,
    descriptors,
)
from hbia_dsl.flow.execution import execute_async
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions

MODES: dict[str, OptionsGiven] = {
    "serial": {},
    "stages": {"parallel": True},
    "eager": {"parallel": True, "schedule": "eager"},
}

REPEATS = 20 if os.environ.get("HBIA_LONG") == "1" else 1
"""Threads make no two runs alike, so doing the same again is doing something else."""

Run = Callable[[], Awaitable[None]]


class _SiblingError(Exception):
    pass


async def _asyncio_timeout(world: World, run: Run) -> None:
    loop = _jump_loop()
    world.fire = lambda: loop.jump(2_000)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1_000):
            await run()


async def _asyncio_wait_for(world: World, run: Run) -> None:
    loop = _jump_loop()
    world.fire = lambda: loop.jump(2_000)

    async def body() -> None:
        await run()

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(body(), 1_000)


async def _task_cancel(world: World, run: Run) -> None:
    async def body() -> None:
        await run()

    task = asyncio.create_task(body())
    world.fire = task.cancel
    await asyncio.wait([task])
    assert task.cancelled() or task.exception() is None


async def _failing_task_group_sibling(world: World, run: Run) -> None:
    fail = asyncio.Event()
    world.fire = fail.set

    async def body() -> None:
        await run()
        fail.set()

    async def sibling() -> None:
        await fail.wait()
        raise _SiblingError

    with contextlib.suppress(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(sibling())
            group.create_task(body())


async def _anyio_cancel_scope(world: World, run: Run) -> None:
    with anyio.CancelScope() as scope:
        world.fire = scope.cancel
        await run()


async def _anyio_move_on_after(world: World, run: Run) -> None:
    loop = _jump_loop()
    world.fire = lambda: loop.jump(2_000)
    with anyio.move_on_after(1_000):
        await run()


async def _anyio_failing_group_sibling(world: World, run: Run) -> None:
    fail = anyio.Event()
    world.fire = fail.set

    async def body() -> None:
        await run()
        fail.set()

    async def sibling() -> None:
        await fail.wait()
        raise _SiblingError

    with contextlib.suppress(ExceptionGroup):
        async with anyio.create_task_group() as group:
            group.start_soon(sibling)
            group.start_soon(body)


Host = Callable[[World, Run], Awaitable[None]]

STDLIB_HOSTS: dict[str, Host] = {
    "asyncio.timeout": _asyncio_timeout,
    "asyncio.wait_for": _asyncio_wait_for,
    "task.cancel": _task_cancel,
    "TaskGroup sibling": _failing_task_group_sibling,
}
ANYIO_HOSTS: dict[str, Host] = {
    "anyio.CancelScope": _anyio_cancel_scope,
    "anyio.move_on_after": _anyio_move_on_after,
    "anyio group sibling": _anyio_failing_group_sibling,
}


def _jump_loop() -> JumpLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpLoop)
    return loop


@pytest.mark.parametrize("_repeat", range(REPEATS))
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("host", [*STDLIB_HOSTS, *ANYIO_HOSTS])
def test_cancelled_on_asyncio_a_run_leaves_nothing_and_the_same_cancellation_leaves_it(
    host: str, mode: str, _repeat: int
) -> None:
    options = RunOptions().changed(MODES[mode])
    at = _for_every_moment(lambda world: _one_trial_on_asyncio(world, host, options))

    assert at == BUSY_MOMENTS + 1


@pytest.mark.parametrize("host", STDLIB_HOSTS)
def test_where_anyio_is_not_loaded_it_is_the_same(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "anyio")
    options = RunOptions().changed(MODES["stages"])
    at = _for_every_moment(lambda world: _one_trial_on_asyncio(world, host, options))

    assert at == BUSY_MOMENTS + 1
    assert "anyio" not in sys.modules


def _for_every_moment(trial: Callable[[World], None]) -> int:
    """Cancel at the first moment, then at the second, until a run ends before it is cancelled."""
    trial(World(cancel_at=0))  # the first run opens what stays open, such as the loop's module
    before = descriptors()
    for at in range(1, 2 * BUSY_MOMENTS):
        world = World(cancel_at=at)
        trial(world)
        assert world.entered == world.left
        assert_no_thread_works()
        if not world.is_fired:
            assert descriptors() == before
            return at
    pytest.fail("every run was cancelled")


def _one_trial_on_asyncio(world: World, host: str, options: RunOptions) -> None:
    hosts = STDLIB_HOSTS | ANYIO_HOSTS
    is_anyio = host in ANYIO_HOSTS

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        others = asyncio.all_tasks()
        timers = loop.pending_timers()
        spied = Spied(execute_async(busy_plan(world), {0: 1}, options))
        try:
            state = await spied
            assert state.slots[-1] == BUSY_VALUE  # type: ignore[attr-defined]  # what execute_async returns
            assert not spied.thrown
        except asyncio.CancelledError as error:
            is_same = error is spied.thrown[0]
            assert is_same
            assert world.is_fired
            assert is_anyio or task.cancelling() == 1
            raise
        finally:
            # At this very moment, not some time later.
            assert world.entered == world.left
            assert asyncio.all_tasks() <= others
            assert loop.pending_timers() <= timers

    async def main() -> None:
        world.on_loop = loop.call_soon_threadsafe
        me = asyncio.current_task()
        assert me is not None
        await hosts[host](world, run)
        # A TaskGroup of Python 3.11 leaves its own host marked, whoever was in the group.
        assert me.cancelling() == 0 or host == "TaskGroup sibling"
        assert asyncio.all_tasks() == {me}
        await asyncio.sleep(0)
        assert loop.pending_timers() == 0

    loop = JumpLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())


class _CancelsAtTurn(JumpLoop):
    """An asyncio loop that cancels a task at one of its turns, whatever happens in that turn."""

    def __init__(self, cancel_at: int) -> None:
        super().__init__()
        self.cancel_at = cancel_at
        self.victim: asyncio.Task[None] | None = None
        self.begun_at = 0
        self.has_cancelled = False

    def _run_once(self) -> None:
        if self.victim is not None and self.turns - self.begun_at == self.cancel_at:
            self.has_cancelled = self.victim.cancel()
            self.victim = None
        super()._run_once()


@pytest.mark.parametrize("_repeat", range(REPEATS))
@pytest.mark.parametrize("mode", MODES)
def test_cancelled_at_any_turn_of_the_loop_a_run_leaves_nothing(mode: str, _repeat: int) -> None:
    options = RunOptions().changed(MODES[mode])
    for at in range(200):
        world = World(cancel_at=0)
        if not _one_trial_at_a_turn(world, at, options):
            assert at > 5
            return
        assert world.entered == world.left
        assert_no_thread_works()
    pytest.fail("every run was cancelled")


def _one_trial_at_a_turn(world: World, at: int, options: RunOptions) -> bool:
    """Cancel a run at a turn of the loop; return whether it still ran then."""

    async def body() -> None:
        await execute_async(busy_plan(world), {0: 1}, options)

    async def main() -> None:
        me = asyncio.current_task()
        loop.victim = task = asyncio.create_task(body())
        loop.begun_at = loop.turns
        await asyncio.wait([task])
        assert task.cancelled() is loop.has_cancelled
        assert loop.has_cancelled or task.exception() is None
        assert asyncio.all_tasks() == {me}
        assert world.entered == world.left
        assert loop.pending_timers() == 0

    loop = _CancelsAtTurn(at)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())
    return loop.has_cancelled


async def _trio_cancel_scope(world: World, run: Run) -> None:
    with trio.CancelScope() as scope:
        world.fire = scope.cancel
        await run()


async def _trio_move_on_after(world: World, run: Run) -> None:
    with trio.move_on_after(1_000) as scope:

        def expire() -> None:
            scope.deadline = trio.current_time() - 1

        world.fire = expire
        await run()


async def _trio_failing_nursery_sibling(world: World, run: Run) -> None:
    fail = trio.Event()
    world.fire = fail.set

    async def body() -> None:
        await run()
        fail.set()

    async def sibling() -> None:
        await fail.wait()
        raise _SiblingError

    with contextlib.suppress(ExceptionGroup):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sibling)
            nursery.start_soon(body)


async def _anyio_scope_on_trio(world: World, run: Run) -> None:
    await _anyio_cancel_scope(world, run)


TRIO_HOSTS: dict[str, Host] = {
    "trio.CancelScope": _trio_cancel_scope,
    "trio.move_on_after": _trio_move_on_after,
    "nursery sibling": _trio_failing_nursery_sibling,
    "anyio.CancelScope": _anyio_scope_on_trio,
}


class _CancelsAtStep(trio.abc.Instrument):
    """Cancels a scope after so many steps of any tasks."""

    def __init__(self, cancel_at: int) -> None:
        self.cancel_at = cancel_at
        self.steps = 0
        self.scope: trio.CancelScope | None = None

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """Count, and cancel when it is time."""
        if self.scope is None:
            return
        self.steps += 1
        if self.steps == self.cancel_at:
            trio.lowlevel.current_trio_token().run_sync_soon(self.scope.cancel)


@pytest.mark.parametrize("_repeat", range(REPEATS))
@pytest.mark.parametrize("mode", MODES)
def test_cancelled_after_any_step_of_trio_a_run_leaves_nothing(mode: str, _repeat: int) -> None:
    options = RunOptions().changed(MODES[mode])
    for at in range(1, 400):
        world = World(cancel_at=0)
        if not _one_trial_at_a_step(world, at, options):
            assert at > 5
            return
        assert world.entered == world.left
        assert_no_thread_works()
    pytest.fail("every run was cancelled")


def _one_trial_at_a_step(world: World, at: int, options: RunOptions) -> bool:
    """Cancel a run after a step of trio's; return whether it was still to come then."""
    cancels = _CancelsAtStep(at)

    async def main() -> None:
        before = trio.lowlevel.current_statistics().tasks_living
        with trio.CancelScope() as scope:
            cancels.scope = scope
            try:
                await execute_async(busy_plan(world), {0: 1}, options)
            finally:
                cancels.scope = None
                assert world.entered == world.left
        assert trio.lowlevel.current_statistics().tasks_living == before

    trio.run(main, instruments=[cancels])
    return cancels.steps >= at


@pytest.mark.parametrize("_repeat", range(REPEATS))
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("host", TRIO_HOSTS)
def test_cancelled_on_trio_a_run_leaves_nothing(host: str, mode: str, _repeat: int) -> None:
    options = RunOptions().changed(MODES[mode])
    at = _for_every_moment(lambda world: _one_trial_on_trio(world, host, options))

    assert at == BUSY_MOMENTS + 1


def _one_trial_on_trio(world: World, host: str, options: RunOptions) -> None:
    async def run() -> None:
        before = trio.lowlevel.current_statistics().tasks_living
        try:
            state = await execute_async(busy_plan(world), {0: 1}, options)
            assert state.slots[-1] == BUSY_VALUE
        except trio.Cancelled:
            assert world.is_fired
            raise
        finally:
            assert world.entered == world.left
            assert trio.lowlevel.current_statistics().tasks_living <= before

    async def main() -> None:
        token = trio.lowlevel.current_trio_token()
        world.on_loop = token.run_sync_soon
        before = trio.lowlevel.current_statistics().tasks_living
        await TRIO_HOSTS[host](world, run)
        statistics = trio.lowlevel.current_statistics()
        assert statistics.tasks_living == before
        assert statistics.seconds_to_next_deadline == float("inf")

    trio.run(main)
