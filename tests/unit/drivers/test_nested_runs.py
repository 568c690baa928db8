"""Runs inside vertices of other runs: allowed, stopped together, and not without end."""

import asyncio
import threading
import time

import anyio
import pytest
import trio

from driver_matrix import (
    DRIVERS,
    LOOPS,
    STAGED,
    Driver,
    Limits,
    Outcome,
    run_past_deadline,
    run_under,
)
from hbia_dsl.errors import FlowFailed, NestedRunError, RunTimeout, RunUsageError, VertexTimeout
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, DEPTH_LIMIT, check_cancelled, on_cancel
from sample_plans import Sketch, chain, diamond, fan, total

INNER_MODES: dict[str, OptionsGiven] = {
    "serial": {},
    "parallel": {"parallel": True, "max_workers": 2},
    "eager": {"parallel": True, "schedule": "eager", "max_workers": 2},
    "one worker": {"parallel": True, "max_workers": 1},
    "with a deadline": {"parallel": True, "timeout_s": 60},
}
SHORT_S = 0.02
LONG_S = 10.0


def _options(mode: str) -> RunOptions:
    return RunOptions().changed(INNER_MODES[mode])


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
@pytest.mark.parametrize("mode", INNER_MODES)
def test_a_vertex_may_run_a_flow(driver: Driver, mode: str) -> None:
    inner = fan(5).plan()

    def runs_a_flow(x: int) -> object:
        return execute(inner, {0: x}, _options(mode)).slots[-1]

    sketch = Sketch("outer")
    for k in range(4):
        sketch.vertex(f"v{k}", runs_a_flow, "x", is_async=False)
    for limits in (Limits(max_workers=1), Limits(max_workers=3)):
        outcome = run_under(driver, sketch.plan(), limits=limits)
        assert outcome.error is None
        assert [value for _, value in outcome.values] == [5 * 3 + 1] * 4


@pytest.mark.parametrize("driver", LOOPS, ids=str)
@pytest.mark.parametrize("mode", INNER_MODES)
def test_an_async_vertex_may_await_a_flow(driver: Driver, mode: str) -> None:
    async def awaits_a_flow(x: int) -> object:
        run = await execute_async(diamond().plan(), {0: x}, _options(mode))
        return run.slots[-1]

    sketch = Sketch("outer")
    for k in range(4):
        sketch.vertex(f"v{k}", awaits_a_flow, "x", is_async=True)
    outcome = run_under(driver, sketch.plan(), limits=Limits(max_workers=1))

    assert outcome.error is None
    assert [value for _, value in outcome.values] == [8] * 4


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_a_blocking_run_inside_an_async_vertex_is_refused(driver: Driver) -> None:
    async def blocks(_: int) -> None:
        execute(chain(1).plan(), {0: 1}, RunOptions())

    outcome = run_under(driver, Sketch().vertex("a", blocks, "x", is_async=True).plan())

    assert isinstance(outcome.error, FlowFailed)
    assert isinstance(outcome.error.root, RunUsageError)
    assert "await" in str(outcome.error.root)


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
def test_a_flow_that_runs_itself_for_ever_is_refused_at_the_limit(driver: Driver) -> None:
    depth_reached = 0

    def runs_itself(depth: int) -> None:
        nonlocal depth_reached
        depth_reached = depth
        sketch = Sketch("endless").vertex("deeper", runs_itself, "x", timeout_s=60)
        execute(sketch.plan(), {0: depth + 1}, RunOptions(parallel=depth % 2 == 0))

    outcome = run_under(driver, Sketch("endless").vertex("deeper", runs_itself, "x").plan())

    error: BaseException | None = outcome.error
    levels = 0
    while isinstance(error, FlowFailed):
        error, levels = error.root, levels + 1
    assert isinstance(error, NestedRunError)
    assert isinstance(error, RecursionError)
    assert depth_reached == levels == DEPTH_LIMIT
    assert f"would run inside {DEPTH_LIMIT} other runs" in str(error)
    assert " <- ".join(["endless"] * (DEPTH_LIMIT + 1)) in str(error)


def test_the_deepest_allowed_run_works_with_one_worker_at_each_level() -> None:
    def runs_down(depth: int) -> int:
        if depth == DEPTH_LIMIT:
            return 0
        plan = Sketch(f"level {depth}").vertex("down", runs_down, "x").plan()
        run = execute(plan, {0: depth + 1}, RunOptions(parallel=True, max_workers=1, timeout_s=60))
        return run.slots[-1] + 1  # type: ignore[operator]  # what the handler returned

    assert runs_down(0) == DEPTH_LIMIT


def _ends_promptly(driver: Driver, sketch: Sketch) -> Outcome:
    began = time.monotonic()
    outcome = run_under(driver, sketch.plan())
    assert time.monotonic() - began < LONG_S / 2
    return outcome


@pytest.mark.parametrize("driver", [d for d in DRIVERS if d is not STAGED], ids=str)
@pytest.mark.parametrize("mode", INNER_MODES)
def test_the_deadline_of_the_outer_run_stops_the_inner_one(driver: Driver, mode: str) -> None:
    def looks(_: object) -> None:
        end = time.monotonic() + LONG_S
        while time.monotonic() < end:
            check_cancelled()
            time.sleep(0.001)

    def runs_a_flow(x: int) -> object:
        inner = Sketch("inner").vertex("slow", looks, "x").vertex("after", total, "slow")
        return execute(inner.plan(), {0: x}, _options(mode))

    sketch = Sketch("outer").vertex("a", runs_a_flow, "x", is_async=False)
    began = time.monotonic()
    outcome = run_past_deadline(driver, lambda _: sketch.plan(), "a")

    assert time.monotonic() - began < LONG_S / 2
    assert isinstance(outcome.error, FlowFailed)
    assert isinstance(outcome.error.root, RunTimeout)
    assert list(outcome.error.failures) == ["(deadline)"]
    assert outcome.states == [("a", "cancelled")]


@pytest.mark.parametrize(
    "driver", [d for d in DRIVERS if d.schedule is not Schedule.SERIAL], ids=str
)
@pytest.mark.parametrize("mode", INNER_MODES)
def test_a_failure_in_the_outer_run_stops_the_inner_one(driver: Driver, mode: str) -> None:
    inside = threading.Event()

    def blocks(_: object) -> None:
        stop = threading.Event()
        with on_cancel(stop.set):
            inside.set()
            assert stop.wait(LONG_S)
        check_cancelled()

    def runs_a_flow(x: int) -> object:
        inner = Sketch("inner").vertex("slow", blocks, "x").vertex("after", total, "slow")
        return execute(inner.plan(), {0: x}, _options(mode))

    def fails(_: object) -> None:
        inside.wait(LONG_S)
        raise OSError

    sketch = (
        Sketch("outer")
        .vertex("a", runs_a_flow, "x", is_async=False)
        .vertex("b", fails, "x", is_async=False)
    )
    outcome = _ends_promptly(driver, sketch)

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["b"]
    assert outcome.states == [("a", "cancelled"), ("b", "failed")]


@pytest.mark.parametrize("driver", [d for d in LOOPS if d.schedule is not Schedule.SERIAL], ids=str)
@pytest.mark.parametrize("mode", INNER_MODES)
def test_a_failure_in_the_outer_run_cancels_an_inner_one_that_is_awaited(
    driver: Driver, mode: str
) -> None:
    inside = False
    cleaned = 0

    async def waits(_: object) -> None:
        nonlocal inside, cleaned
        try:
            inside = True
            await anyio.sleep(LONG_S)
        finally:
            cleaned += 1

    async def awaits_a_flow(x: int) -> object:
        inner = Sketch("inner").vertex("slow", waits, "x", is_async=True)
        return await execute_async(inner.plan(), {0: x}, _options(mode))

    async def fails(_: object) -> None:
        while not inside:
            await anyio.lowlevel.checkpoint()
        raise OSError

    sketch = Sketch("outer").vertex("a", awaits_a_flow, "x", is_async=True)
    sketch.vertex("b", fails, "x", is_async=True)
    outcome = _ends_promptly(driver, sketch)

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["b"]
    assert outcome.states == [("a", "cancelled"), ("b", "failed")]
    assert cleaned == 1


@pytest.mark.parametrize("driver", [d for d in DRIVERS if d is not STAGED], ids=str)
def test_the_timeout_of_an_outer_vertex_stops_the_run_inside_it(driver: Driver) -> None:
    def looks(_: object) -> None:
        end = time.monotonic() + LONG_S
        while time.monotonic() < end:
            check_cancelled()
            time.sleep(0.001)

    def runs_a_flow(x: int) -> object:
        return execute(Sketch("inner").vertex("slow", looks, "x").plan(), {0: x}, RunOptions())

    sketch = Sketch("outer").vertex("a", runs_a_flow, "x", is_async=False, timeout_s=SHORT_S)
    outcome = _ends_promptly(driver, sketch)

    assert isinstance(outcome.error, FlowFailed)
    assert isinstance(outcome.error.root, VertexTimeout)


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
def test_a_failure_of_the_inner_run_is_a_failure_of_the_vertex(driver: Driver) -> None:
    def fails(_: object) -> None:
        raise OSError("inside")

    def runs_a_flow(x: int) -> object:
        return execute(Sketch("inner").vertex("bad", fails, "x").plan(), {0: x}, RunOptions())

    outcome = run_under(driver, Sketch("outer").vertex("a", runs_a_flow, "x").plan())

    assert isinstance(outcome.error, FlowFailed)
    inner = outcome.error.root
    assert isinstance(inner, FlowFailed)
    assert isinstance(inner.root, OSError)
    caught: list[BaseException] = []
    try:
        raise outcome.error
    except* OSError as group:
        caught += group.exceptions
    assert len(caught) == 1


def test_a_run_inside_another_takes_its_hook_off_when_it_ends() -> None:
    hooks: list[int] = []

    def runs_flows(x: int) -> None:
        for mode in INNER_MODES:
            execute(chain(2).plan(), {0: x}, _options(mode))
        scope = CURRENT_SCOPE.get()
        assert scope is not None
        hooks.append(len(scope.token._hooks))  # noqa: SLF001 - what is left on it

    async def awaits_flows(x: int) -> None:
        for mode in INNER_MODES:
            await execute_async(chain(2).plan(), {0: x}, _options(mode))
        scope = CURRENT_SCOPE.get()
        assert scope is not None
        hooks.append(len(scope.token._hooks))  # noqa: SLF001 - as above

    plan = (
        Sketch()
        .vertex("a", runs_flows, "x", is_async=False)
        .vertex("b", awaits_flows, "x", is_async=True)
        .plan()
    )
    asyncio.run(execute_async(plan, {0: 1}, RunOptions()))
    trio.run(execute_async, plan, {0: 1}, RunOptions())

    assert hooks == [0, 0, 0, 0]
