"""Inside an async handler everything is as in a task of its own, although it may have none."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import Final

import anyio
import pytest
import sniffio
import trio

from driver_matrix import LOOPS, PARALLEL_LOOPS, Driver, Limits, new_run, run_under
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.errors import FlowFailed, VertexCancelled
from hbia_dsl.kernel.conclusion import conclude
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import Plan
from sample_plans import Sketch, turn

LONG_S: Final = 10.0

ON_ASYNCIO = [driver for driver in LOOPS if "asyncio" in driver.name]
ON_TRIO = [driver for driver in LOOPS if "trio" in driver.name]
PARALLEL_ON_ASYNCIO = [d for d in ON_ASYNCIO if d.schedule is not Schedule.SERIAL]


def _current_task() -> object:
    return trio.lowlevel.current_task() if running_loop() == "trio" else asyncio.current_task()


def _beside(width: int, handler: Callable[..., object]) -> Sketch:
    sketch = Sketch()
    for k in range(width):
        sketch.vertex(f"v{k}", handler, "x", is_async=True)
    return sketch


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_a_handler_is_in_one_task_from_its_first_line_to_its_last(driver: Driver) -> None:
    tasks: list[set[object]] = []

    async def handler(number: int) -> None:
        mine = {_current_task()}
        for _ in range(number):
            await turn()
            mine.add(_current_task())
        tasks.append(mine)

    sketch = Sketch(inputs=("x",))
    for k in range(12):
        sketch.vertex(f"v{k}", _with(handler, k % 4), is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert all(len(mine) == 1 and None not in mine for mine in tasks)


def _with(
    handler: Callable[[int], Coroutine[object, object, object]], number: int
) -> Callable[[], Coroutine[object, object, object]]:
    async def call() -> object:
        return await handler(number)

    return call


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_no_two_handlers_that_wait_at_once_share_a_task(driver: Driver) -> None:
    waiting: set[object] = set()

    async def handler(_: int) -> None:
        assert _current_task() not in waiting
        waiting.add(_current_task())
        for _ in range(3):
            await turn()
        waiting.remove(_current_task())

    outcome = run_under(driver, _beside(30, handler).plan())

    assert outcome.error is None


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_libraries_find_the_loop_that_is_running(driver: Driver) -> None:
    async def handler(_: int) -> tuple[str, str]:
        before = sniffio.current_async_library()
        await anyio.lowlevel.checkpoint()
        return before, sniffio.current_async_library()

    outcome = run_under(driver, _beside(3, handler).plan())

    expected = "trio" if driver in ON_TRIO else "asyncio"
    assert {value for _, value in outcome.values} == {(expected, expected)}


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_cancel_scopes_hold_from_the_first_step_on(driver: Driver) -> None:
    async def times_out(_: int) -> bool:
        with anyio.move_on_after(0.005) as scope:
            await anyio.sleep(LONG_S)
        return scope.cancelled_caught

    async def cancels_itself(_: int) -> bool:
        with anyio.CancelScope() as outer:
            with anyio.CancelScope(shield=True):
                outer.cancel()
                await anyio.sleep(0.001)
            await anyio.sleep(LONG_S)
        return outer.cancelled_caught

    async def has_children(_: int) -> bool:
        ended = []

        async def child() -> None:
            await anyio.sleep(0.001)
            ended.append(1)

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(child)
        return len(ended) == 3

    sketch = Sketch()
    for k, handler in enumerate((times_out, cancels_itself, has_children) * 3):
        sketch.vertex(f"v{k}", handler, "x", is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert all(value for _, value in outcome.values)


@pytest.mark.parametrize("driver", ON_ASYNCIO, ids=str)
def test_timeouts_and_task_groups_of_asyncio_hold(driver: Driver) -> None:
    async def times_out(_: int) -> bool:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.005):
                await asyncio.sleep(LONG_S)
        return task.cancelling() == 0

    async def waits_for(_: int) -> bool:
        try:
            await asyncio.wait_for(asyncio.sleep(LONG_S), 0.005)
        except TimeoutError:
            return True
        return False

    async def has_a_failing_child(_: int) -> bool:
        async def child() -> None:
            await asyncio.sleep(0)
            raise OSError

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
                await asyncio.sleep(LONG_S)
        except ExceptionGroup as error:
            return isinstance(error.exceptions[0], OSError)
        return False

    sketch = Sketch()
    for k, handler in enumerate((times_out, waits_for, has_a_failing_child) * 3):
        sketch.vertex(f"v{k}", handler, "x", is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert all(value for _, value in outcome.values)


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_anything_that_can_be_awaited_may_come_from_an_async_handler(driver: Driver) -> None:
    class Awaitable3:
        def __await__(self) -> Generator[object, object, int]:
            yield from turn().__await__()
            return 3

    class Callable4:
        async def __call__(self, _: int) -> int:
            await turn()
            return 4

    sketch = (
        Sketch()
        .vertex("awaitable", lambda _: Awaitable3(), "x", is_async=True)
        .vertex("object", Callable4(), "x", is_async=True)
        .vertex("neither", lambda _: 5, "x", is_async=True)
    )
    outcome = run_under(driver, sketch.plan(), keeps_going=True)

    assert outcome.values == [("awaitable", 3), ("object", 4)]
    assert isinstance(outcome.error, FlowFailed)
    assert "an async handler gave a int, which cannot be awaited" in str(outcome.error.root)


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_an_async_generator_is_closed_with_its_handler(driver: Driver) -> None:
    closed: list[int] = []

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await turn()
            yield 2
        finally:
            closed.append(1)

    async def handler(_: int) -> int:
        async with contextlib.aclosing(numbers()) as stream:
            async for number in stream:
                if number == 2:
                    return number
        return 0

    outcome = run_under(driver, _beside(4, handler).plan())

    assert [value for _, value in outcome.values] == [2] * 4
    assert closed == [1] * 4


@pytest.mark.parametrize("driver", PARALLEL_ON_ASYNCIO, ids=str)
def test_sqlalchemy_async_handlers_run_in_parallel(driver: Driver, tmp_path: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    asyncio_ext = pytest.importorskip("sqlalchemy.ext.asyncio")
    pytest.importorskip("greenlet")
    pytest.importorskip("aiosqlite")

    async def writes(number: int) -> int:
        engine = asyncio_ext.create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/{number}.db")
        async with engine.begin() as connection:
            await connection.execute(sqlalchemy.text("create table t (i integer)"))
            await connection.execute(
                sqlalchemy.text("insert into t values (:number)"), {"number": number}
            )
        async with asyncio_ext.AsyncSession(engine) as session:
            found = await session.scalar(sqlalchemy.text("select sum(i) from t"))
        await engine.dispose()
        assert isinstance(found, int)
        return found

    sketch = Sketch()
    for k in range(4):
        sketch.vertex(f"v{k}", _with(writes, k + 1), is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None, outcome.report
    assert [value for _, value in outcome.values] == [1, 2, 3, 4]


# What was cancelled, and by whom: never the vertex that comes next.


@pytest.mark.parametrize("driver", ON_ASYNCIO, ids=str)
@pytest.mark.parametrize("suspends", [True, False])
def test_a_handler_that_cancels_its_own_task_does_not_hit_the_next_vertex(
    driver: Driver, *, suspends: bool
) -> None:
    async def cancels_itself(_: int) -> str:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        if suspends:
            await asyncio.sleep(0)
        return "kept"

    async def innocent(_: int) -> str:
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0)
        return "fine"

    sketch = Sketch().vertex("guilty", cancels_itself, "x", is_async=True)
    for k in range(5):
        sketch.vertex(f"v{k}", innocent, "x", is_async=True)
    outcome = run_under(driver, sketch.plan(), keeps_going=True)

    assert [value for name, value in outcome.values if name != "guilty"] == ["fine"] * 5
    if suspends:
        assert isinstance(outcome.error, FlowFailed)
        assert isinstance(outcome.error.root, VertexCancelled)
        assert isinstance(outcome.error.root.__cause__, asyncio.CancelledError)
    else:
        assert outcome.error is None
        assert outcome.values[0] == ("guilty", "kept")


@pytest.mark.parametrize("driver", ON_ASYNCIO, ids=str)
def test_awaiting_what_somebody_else_cancelled_is_a_failure_and_no_cancellation(
    driver: Driver,
) -> None:
    async def handler(_: int) -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        await future

    outcome = run_under(driver, Sketch().vertex("a", handler, "x", is_async=True).plan())

    assert isinstance(outcome.error, FlowFailed)
    assert "although nobody cancelled it" in str(outcome.error.root)


def _drive_beside(plan: Plan, other: Callable[[], Awaitable[None]], limits: Limits) -> list[object]:
    """Run a plan on asyncio while something else goes on; return its slots."""

    async def main() -> list[object]:
        run = new_run(plan, Schedule.EAGER)
        host = asyncio.create_task(
            drive_on_asyncio(
                run,
                Schedule.EAGER,
                max_workers=limits.max_workers,
                max_tasks=limits.max_tasks,
                grace_s=limits.grace_s,
            )
        )
        host.set_name("host")
        await other()
        await host
        conclude(run)
        return run.slots

    return asyncio.run(main())


def _strangers_tasks() -> list["asyncio.Task[object]"]:
    own = asyncio.current_task()
    return [t for t in asyncio.all_tasks() if t is not own and t.get_name() != "host"]


def test_carriers_that_somebody_cancels_before_they_begin_are_replaced() -> None:
    async def handler(_: int) -> int:
        await asyncio.sleep(0)
        return 1

    async def cancel_all() -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            for task in _strangers_tasks():
                if task.get_coro().cr_frame.f_lasti <= 0:  # type: ignore[union-attr]  # not begun
                    task.cancel()

    slots = _drive_beside(_beside(6, handler).plan(), cancel_all, Limits())

    assert slots[1:] == [1] * 6


def test_carriers_that_somebody_cancels_keep_their_number_so_that_handlers_can_meet() -> None:
    arrived = 0

    async def meets(_: int) -> int:
        nonlocal arrived
        arrived += 1
        for _ in range(1_000):
            if arrived == 6:
                return 1
            await asyncio.sleep(0)
        return 0

    async def cancel_the_first_that_has_not_begun() -> None:
        await asyncio.sleep(0)
        for task in _strangers_tasks():
            task.cancel()

    slots = _drive_beside(
        _beside(6, meets).plan(), cancel_the_first_that_has_not_begun, Limits(max_tasks=6)
    )

    assert slots[1:] == [1] * 6


def test_a_vertex_whose_task_somebody_cancels_has_failed_and_the_run_ends() -> None:
    async def handler(_: int) -> None:
        await asyncio.sleep(LONG_S)

    async def cancel_all() -> None:
        await asyncio.sleep(0.001)
        for task in _strangers_tasks():
            task.cancel()

    with pytest.raises(FlowFailed) as caught:
        _drive_beside(_beside(3, handler).plan(), cancel_all, Limits())

    assert isinstance(caught.value.root, VertexCancelled)


def test_when_the_loop_is_shut_down_with_a_run_in_it_nothing_is_left() -> None:
    ended: list[int] = []

    async def handler(number: int) -> None:
        try:
            await asyncio.sleep(LONG_S)
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    async def main() -> None:
        run = new_run(_beside(4, handler).plan(), Schedule.STAGES)
        task = asyncio.create_task(
            drive_on_asyncio(run, Schedule.STAGES, max_workers=1, max_tasks=9, grace_s=1)
        )
        await asyncio.sleep(0.001)
        assert not task.done()

    asyncio.run(main())  # which cancels what is left, in any order, and waits for it

    assert len(ended) == 4
