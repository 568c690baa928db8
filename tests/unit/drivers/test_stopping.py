"""How a run is stopped by one of its vertices, and how the others learn of it."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable

import anyio
import pytest

import hbia_dsl.drivers.threads_crew
import hbia_dsl.drivers.threads_staged
from driver_matrix import (
    CREW,
    EAGER,
    LOOPS,
    PARALLEL,
    PARALLEL_LOOPS,
    STAGED,
    THREADS,
    Driver,
    Limits,
    run_under,
)
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import VERTEX_CANCELLED
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.errors import FlowFailed, VertexCancelled
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel
from sample_plans import Sketch, total, turn

LONG_S = 10.0


class Inside:
    """Says when handlers are where they will stay."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def fail(self, _: object) -> None:
        """Be the vertex that fails, once the other one is inside."""
        assert self.event.wait(LONG_S)
        raise OSError("the reason")


def _blocked_and_failing(blocked: Callable[..., object], inside: Inside) -> Sketch:
    return (
        Sketch()
        .vertex("blocked", blocked, "x", is_async=False)
        .vertex("fails", inside.fail, "x", is_async=False)
        .vertex("after", total, "blocked", is_async=False)
    )


def _assert_gave_way(driver: Driver, sketch: Sketch) -> None:
    began = time.monotonic()
    outcome = run_under(driver, sketch.plan())

    assert time.monotonic() - began < LONG_S / 2
    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["fails"]
    assert outcome.states == [("blocked", "cancelled"), ("fails", "failed"), ("after", "skipped")]


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_a_handler_that_looks_gives_way_to_a_failure(driver: Driver) -> None:
    inside = Inside()

    def blocked(_: object) -> None:
        inside.event.set()
        while True:
            check_cancelled()

    _assert_gave_way(driver, _blocked_and_failing(blocked, inside))


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_a_hook_frees_a_handler_that_waits_for_a_database(driver: Driver) -> None:
    inside = Inside()

    def blocked(_: object) -> None:
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.create_function("now_inside", 0, inside.event.set)
            with on_cancel(connection.interrupt):
                connection.execute(
                    "with recursive n(i) as (select now_inside() union all select 1 from n)"
                    " select count(*) from n"
                ).fetchall()

    _assert_gave_way(driver, _blocked_and_failing(blocked, inside))


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_hooks_of_all_blocked_handlers_run_and_a_broken_one_is_logged(
    driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = threading.Semaphore(0)

    def broken() -> None:
        raise ValueError("a broken hook")

    def blocked(_: object) -> None:
        stop = threading.Event()
        with on_cancel(broken), on_cancel(stop.set):
            waiting.release()
            assert stop.wait(LONG_S)
        check_cancelled()

    def fails(_: object) -> None:
        for _ in range(2):
            assert waiting.acquire(timeout=LONG_S)
        raise OSError

    sketch = Sketch().vertex("a", blocked, "x").vertex("b", blocked, "x").vertex("c", fails, "x")
    with caplog.at_level(logging.ERROR, logger="hbia_dsl"):
        outcome = run_under(driver, sketch.plan())

    assert outcome.states == [("a", "cancelled"), ("b", "cancelled"), ("c", "failed")]
    assert caplog.messages == ["a hook given to on_cancel failed"] * 2


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_what_is_not_begun_when_a_vertex_fails_never_begins(driver: Driver) -> None:
    begun: list[str] = []

    def fails(_: object) -> None:
        raise OSError

    def waits_for_the_end(_: object) -> None:
        begun.append("v")
        while True:
            check_cancelled()

    sketch = Sketch().vertex("fails", fails, "x")
    for k in range(50):
        sketch.vertex(f"v{k}", waits_for_the_end, "x")
        sketch.vertex(f"w{k}", total, f"v{k}")
    outcome = run_under(driver, sketch.plan(), limits=Limits(max_workers=4))

    assert isinstance(outcome.error, FlowFailed)
    assert len(begun) <= 3
    assert len(outcome.error.skipped) == 100 - len(begun)


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_two_that_fail_together_are_both_reported_in_canonical_order(driver: Driver) -> None:
    together = threading.Barrier(3)

    def failing(
        error: Exception, first: threading.Event | None, then: threading.Event | None
    ) -> Callable[[object], None]:
        def handler(_: object) -> None:
            together.wait(LONG_S)
            if first is not None:
                first.wait(LONG_S)
            if then is not None:
                then.set()
            raise error

        return handler

    later = threading.Event()
    sketch = (
        Sketch()
        .vertex("fine", lambda _: together.wait(LONG_S), "x")
        .vertex("b", failing(KeyError("b"), later, None), "x")
        .vertex("c", failing(ValueError("c"), None, later), "x")
    )
    outcome = run_under(driver, sketch.plan())

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["b", "c"]
    assert isinstance(outcome.error.root, KeyError)
    assert [type(e) for e in outcome.error.exceptions] == [KeyError, ValueError]


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_two_tasks_that_fail_together_are_both_reported_in_canonical_order(driver: Driver) -> None:
    cancelled: list[str] = []

    async def fails_in_clean_up(_: object) -> None:
        try:
            await anyio.sleep(LONG_S)
        finally:
            cancelled.append("a")
            raise KeyError("a")

    async def fails(_: object) -> None:
        await turn()
        raise ValueError("b")

    sketch = (
        Sketch()
        .vertex("a", fails_in_clean_up, "x", is_async=True)
        .vertex("b", fails, "x", is_async=True)
    )
    outcome = run_under(driver, sketch.plan())

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["a", "b"]
    assert cancelled == ["a"]


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_a_failure_out_of_a_group_of_cancelled_tasks_is_reported_and_the_rest_is_not(
    driver: Driver,
) -> None:
    async def child() -> None:
        try:
            await anyio.sleep(LONG_S)
        finally:
            raise KeyError("from a child")

    async def has_children(_: object) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            group.start_soon(anyio.sleep, LONG_S)

    async def fails(_: object) -> None:
        for _ in range(3):
            await turn()
        raise ValueError("b")

    sketch = (
        Sketch()
        .vertex("a", has_children, "x", is_async=True)
        .vertex("b", fails, "x", is_async=True)
    )
    outcome = run_under(driver, sketch.plan())

    assert isinstance(outcome.error, FlowFailed)
    assert list(outcome.error.failures) == ["a", "b"]
    inner = outcome.error.failures["a"]
    assert isinstance(inner, ExceptionGroup)
    assert [type(e) for e in inner.exceptions] == [KeyError]


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_what_is_no_exception_leaves_as_the_same_object_also_out_of_clean_up(
    driver: Driver,
) -> None:
    mine = BaseExceptionGroup("mine", [SystemExit(3)])

    async def raises_in_clean_up(_: object) -> None:
        try:
            await anyio.sleep(LONG_S)
        finally:
            raise mine

    async def fails(_: object) -> None:
        await turn()
        raise ValueError("b")

    sketch = Sketch().vertex("a", raises_in_clean_up, "x", is_async=True)
    outcome = run_under(driver, sketch.vertex("b", fails, "x", is_async=True).plan())

    assert outcome.error is mine
    assert outcome.states == [("a", "failed"), ("b", "failed")]


@pytest.mark.parametrize("driver", THREADS + LOOPS, ids=str)
def test_a_vertex_that_says_it_was_cancelled_although_nothing_stops_has_failed(
    driver: Driver,
) -> None:
    mine = None

    def gives_up(_: object) -> None:
        nonlocal mine
        mine = VertexCancelled(Diagnostic(VERTEX_CANCELLED, "I give up"))
        raise mine

    sketch = Sketch().vertex("a", gives_up, "x").vertex("after", total, "a")
    for width in (0, 3):  # alone in its stage, and not
        for k in range(width):
            sketch.vertex(f"v{k}", total, "x")
        outcome = run_under(driver, sketch.plan())

        assert isinstance(outcome.error, FlowFailed)
        assert outcome.error.root is mine
        assert outcome.states[0] == ("a", "failed")
        assert outcome.states[-1] == ("after", "skipped")


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_a_run_that_was_stopped_says_which_handlers_it_waits_for_and_where_they_are(
    driver: Driver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (hbia_dsl.drivers.threads_staged, hbia_dsl.drivers.threads_crew):
        monkeypatch.setattr(module, "STILL_WAITING_S", 0.01)
    inside, said = threading.Event(), threading.Event()
    together = threading.Barrier(2)

    class Says(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            said.set()

    def fails_or_blocks(number: int) -> str:
        # Where the caller works too, it must not be the one that blocks: then nobody would wait.
        is_main = threading.current_thread() is threading.main_thread()
        if is_main or (together.wait(LONG_S) == 0 and driver is not STAGED):
            assert inside.wait(LONG_S)
            raise OSError
        inside.set()
        assert said.wait(LONG_S)
        return "late"

    sketch = Sketch().vertex("one", fails_or_blocks, "x").vertex("two", fails_or_blocks, "x")
    if driver is STAGED:
        together = threading.Barrier(1)
    logger = logging.getLogger("hbia_dsl")
    says = Says()
    logger.addHandler(says)
    with caplog.at_level(logging.WARNING, logger="hbia_dsl"):
        outcome = run_under(driver, sketch.plan(), limits=Limits(grace_s=0.01))
    logger.removeHandler(says)

    (late,) = [name for name, state in outcome.states if state == "succeeded"]
    assert f"still waits for vertex `{late}`" in caplog.messages[0]
    assert f"at {Location(__file__, 1).shown_file()}:" in caplog.messages[0]
    assert isinstance(outcome.error, FlowFailed)
    assert len(outcome.error.failures) == 1


@pytest.mark.parametrize("driver", [CREW, EAGER, *LOOPS], ids=str)
def test_a_flow_that_keeps_going_runs_all_that_does_not_depend_on_a_failure(driver: Driver) -> None:
    def fails(_: object) -> None:
        raise OSError

    sketch = Sketch().vertex("fails", fails, "x")
    for k in range(10):
        sketch.vertex(f"v{k}", total, f"v{k - 1}" if k else "x")
        sketch.vertex(f"w{k}", total, f"w{k - 1}" if k else "fails")
    outcome = run_under(driver, sketch.plan(), keeps_going=True)

    assert isinstance(outcome.error, FlowFailed)
    assert outcome.error.skipped == tuple(f"w{k}" for k in range(10))
    assert len(outcome.values) == 10
