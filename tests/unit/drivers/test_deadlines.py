"""Time limits of runs and of vertices, in every mode.

Times are short and only one thing is read from the clock: that a limit of 20 ms is not
waited for until the ten seconds that its handler would take.
"""

import asyncio
import threading
import time
from collections.abc import Callable

import anyio
import pytest

from driver_matrix import (
    CREW,
    DRIVERS,
    EAGER,
    LOOPS,
    SERIAL,
    STAGED,
    Driver,
    Outcome,
    run_past_deadline,
    run_under,
)
from hbia_dsl.errors import FlowFailed, RunTimeout, VertexCancelled, VertexTimeout
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, check_cancelled, on_cancel
from sample_plans import Sketch, total

SHORT_S = 0.02
LONG_S = 10.0

TIMED = [d for d in DRIVERS if d is not STAGED]
"""With time limits the crew is taken instead of the staged driver."""


def _looks_at_times(_: object = None) -> None:
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        check_cancelled()
        time.sleep(0.001)


def _blocks_with_hook(_: object = None) -> None:
    stop = threading.Event()
    with on_cancel(stop.set):
        assert stop.wait(LONG_S)
    check_cancelled()
    raise AssertionError("a stopped run must say so")


async def _waits(_: object = None) -> None:
    await anyio.sleep(LONG_S)


def _root(outcome: Outcome) -> Exception:
    assert isinstance(outcome.error, FlowFailed)
    return outcome.error.root


@pytest.mark.parametrize("driver", TIMED, ids=str)
def test_a_run_that_reaches_its_deadline_fails_and_says_so(driver: Driver) -> None:
    sketch = Sketch().vertex("quick", total, "x").vertex("slow", _looks_at_times, "quick")
    sketch.vertex("after", total, "slow")
    began = time.monotonic()
    outcome = run_past_deadline(driver, lambda _: sketch.plan(), "slow")

    assert time.monotonic() - began < LONG_S / 2
    root = _root(outcome)
    assert isinstance(root, RunTimeout)
    assert isinstance(root, TimeoutError)
    assert "deadline" in str(root)
    assert "deadline" in str(outcome.error)
    assert outcome.states == [("quick", "succeeded"), ("slow", "cancelled"), ("after", "skipped")]


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_the_deadline_cancels_async_vertices(driver: Driver) -> None:
    sketch = Sketch().vertex("slow", _waits, "x", is_async=True).vertex("after", total, "slow")
    began = time.monotonic()
    outcome = run_past_deadline(driver, lambda _: sketch.plan(), "slow")

    assert time.monotonic() - began < LONG_S / 2
    assert isinstance(_root(outcome), RunTimeout)
    assert outcome.states == [("slow", "cancelled"), ("after", "skipped")]


@pytest.mark.parametrize("driver", [d for d in TIMED if d is not SERIAL], ids=str)
def test_the_deadline_runs_the_hooks_of_handlers_that_block(driver: Driver) -> None:
    sketch = Sketch().vertex("slow", _blocks_with_hook, "x")
    outcome = run_past_deadline(driver, lambda _: sketch.plan(), "slow")

    assert isinstance(_root(outcome), RunTimeout)
    assert outcome.states == [("slow", "cancelled")]


def _late_plan(*, is_async: bool, error: Exception | None = None) -> Callable[[float], Plan]:
    """Return what makes a plan with a vertex that takes twice the time there is."""

    def plan(limit_s: float) -> Plan:
        def late(_: object) -> str:
            time.sleep(2 * limit_s)
            if error is not None:
                raise error
            return "done"

        async def blocks_the_loop(value: object) -> str:
            return late(value)

        return (
            Sketch()
            .vertex("late", blocks_the_loop if is_async else late, "x", is_async=is_async)
            .plan()
        )

    return plan


@pytest.mark.parametrize("driver", TIMED, ids=str)
@pytest.mark.parametrize("is_async", [False, True])
def test_a_run_that_ends_too_late_has_failed_even_if_all_its_vertices_succeeded(
    driver: Driver, *, is_async: bool
) -> None:
    if is_async and not driver.runs_async:
        return
    outcome = run_past_deadline(driver, _late_plan(is_async=is_async), "late")

    assert isinstance(_root(outcome), RunTimeout)
    assert outcome.states == [("late", "succeeded")]


@pytest.mark.parametrize("driver", TIMED, ids=str)
@pytest.mark.parametrize("is_async", [False, True])
def test_a_failure_after_the_deadline_is_reported_beside_it(
    driver: Driver, *, is_async: bool
) -> None:
    if is_async and not driver.runs_async:
        return
    plan = _late_plan(is_async=is_async, error=OSError("too late anyway"))
    outcome = run_past_deadline(driver, plan, "late")

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["(deadline)", "late"]


@pytest.mark.parametrize("driver", TIMED, ids=str)
def test_a_run_that_ends_in_time_does_not_notice_its_limits(driver: Driver) -> None:
    sketch = Sketch().vertex("a", total, "x", timeout_s=LONG_S).vertex("b", total, "a")
    outcome = run_under(driver, sketch.plan(), timeout_s=LONG_S)

    assert outcome.error is None
    assert outcome.values == [("a", 2), ("b", 3)]


@pytest.mark.parametrize("driver", TIMED, ids=str)
def test_a_vertex_that_looks_is_ended_by_its_own_timeout(driver: Driver) -> None:
    sketch = Sketch().vertex("slow", _looks_at_times, "x", timeout_s=SHORT_S)
    sketch.vertex("after", total, "slow")
    outcome = run_under(driver, sketch.plan())

    root = _root(outcome)
    assert isinstance(root, VertexTimeout)
    assert isinstance(root, TimeoutError)
    assert isinstance(root.__cause__, VertexCancelled)
    assert "vertex `slow` reached its timeout of 0.02 s" in str(root)
    assert outcome.states == [("slow", "failed"), ("after", "skipped")]


@pytest.mark.parametrize("driver", [d for d in TIMED if d is not SERIAL], ids=str)
def test_a_vertex_that_blocks_is_ended_by_its_own_timeout_through_its_hook(driver: Driver) -> None:
    sketch = Sketch().vertex("slow", _blocks_with_hook, "x", timeout_s=SHORT_S)
    outcome = run_under(driver, sketch.plan())

    assert isinstance(_root(outcome), VertexTimeout)


@pytest.mark.parametrize("driver", TIMED, ids=str)
def test_a_result_that_comes_too_late_counts_as_a_timeout(driver: Driver) -> None:
    def late(_: object) -> str:
        time.sleep(2 * SHORT_S)
        return "done"

    outcome = run_under(driver, Sketch().vertex("late", late, "x", timeout_s=SHORT_S).plan())

    assert isinstance(_root(outcome), VertexTimeout)
    assert outcome.states == [("late", "failed")]


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_a_timeout_cancels_only_its_own_async_vertex(driver: Driver) -> None:
    ended: list[str] = []

    async def slow(_: object) -> None:
        try:
            await anyio.sleep(LONG_S)
        finally:
            ended.append("slow")

    async def other(_: object) -> None:
        while not ended:
            await anyio.lowlevel.checkpoint()
        await anyio.sleep(0.001)
        ended.append("other")

    if driver.schedule.value == "serial":
        sketch = Sketch().vertex("slow", slow, "x", is_async=True, timeout_s=SHORT_S)
        sketch.vertex("other", other, "x", is_async=True)
    else:
        sketch = Sketch().vertex("other", other, "x", is_async=True)
        sketch.vertex("slow", slow, "x", is_async=True, timeout_s=SHORT_S)
    outcome = run_under(driver, sketch.plan(), keeps_going=True)

    assert isinstance(_root(outcome), VertexTimeout)
    assert ended == ["slow", "other"]
    assert dict(outcome.states) == {"slow": "failed", "other": "succeeded"}


@pytest.mark.parametrize("driver", LOOPS, ids=str)
@pytest.mark.parametrize("how", ["blocks the loop", "swallows the cancellation"])
def test_an_async_result_that_comes_too_late_counts_as_a_timeout(driver: Driver, how: str) -> None:
    async def late(_: object) -> str:
        if how == "blocks the loop":
            time.sleep(2 * SHORT_S)  # noqa: ASYNC251 - what a handler should not do
        else:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(2 * SHORT_S)
        return "done"

    sketch = Sketch().vertex("late", late, "x", is_async=True, timeout_s=SHORT_S)
    outcome = run_under(driver, sketch.plan())

    assert isinstance(_root(outcome), VertexTimeout)


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_a_timeout_error_of_the_handlers_own_is_not_taken_for_the_vertex_timeout(
    driver: Driver,
) -> None:
    async def handler(_: object) -> None:
        raise TimeoutError("the server took too long")

    sketch = Sketch().vertex("a", handler, "x", is_async=True, timeout_s=LONG_S)
    root = _root(run_under(driver, sketch.plan()))

    assert type(root) is TimeoutError
    assert root.args == ("the server took too long",)


@pytest.mark.parametrize("driver", [d for d in TIMED if d.schedule is not Schedule.SERIAL], ids=str)
def test_a_vertex_that_gives_way_to_a_stop_of_the_run_has_not_timed_out_however_late_it_is(
    driver: Driver,
) -> None:
    inside = threading.Event()

    def gives_way(_: object) -> None:
        own = CURRENT_SCOPE.get()
        assert own is not None
        assert own.parent is not None
        inside.set()
        while own.parent.token.reason is None:
            time.sleep(0.001)
        time.sleep(2 * SHORT_S)
        check_cancelled()

    def fails(_: object) -> None:
        inside.wait(LONG_S)
        raise OSError

    sketch = Sketch().vertex("waits", gives_way, "x", timeout_s=SHORT_S).vertex("fails", fails, "x")
    outcome = run_under(driver, sketch.plan())

    assert isinstance(_root(outcome), OSError)
    assert outcome.states == [("waits", "cancelled"), ("fails", "failed")]


@pytest.mark.parametrize("driver", TIMED, ids=str)
def test_a_vertex_with_a_timeout_leaves_no_hook_on_its_run(driver: Driver) -> None:
    def counts_hooks(_: object) -> int:
        scope = CURRENT_SCOPE.get()
        assert scope is not None
        return len(scope.token._hooks)  # noqa: SLF001 - what is left on it

    sketch = Sketch().vertex("timed", total, "x", timeout_s=LONG_S)
    outcome = run_under(driver, sketch.vertex("counts", counts_hooks, "timed").plan())

    # The crew has one of its own.
    assert outcome.values == [("timed", 2), ("counts", 1 if driver in (CREW, EAGER) else 0)]


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_the_timer_of_a_deadline_is_called_off_when_the_run_ends(driver: Driver) -> None:
    if not driver.name.startswith("awaited asyncio"):
        return  # elsewhere the loop ends with the run, or waits for its timers itself
    left: list[int] = []

    def drive() -> Outcome:
        real = asyncio.SelectorEventLoop.close

        def close(loop: asyncio.SelectorEventLoop) -> None:
            timers = loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001 - to count them
            left.append(sum(1 for handle in timers if not handle.cancelled()))
            real(loop)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.SelectorEventLoop, "close", close)
            sketch = Sketch().vertex("a", total, "x", timeout_s=LONG_S).vertex("b", total, "a")
            return run_under(driver, sketch.plan(), timeout_s=LONG_S)

    assert drive().error is None
    assert left == [0]


def test_the_crew_watches_many_timeouts_at_once() -> None:
    sketch = Sketch()
    for k in range(8):
        sketch.vertex(f"v{k}", _blocks_with_hook, "x", timeout_s=SHORT_S * (1 + k % 3))
    for driver in (CREW, EAGER):
        outcome = run_under(driver, sketch.plan(), keeps_going=True)
        assert isinstance(outcome.error, FlowFailed)
        assert len(outcome.error.failures) == 8
        assert all(isinstance(e, VertexTimeout) for e in outcome.error.exceptions)
