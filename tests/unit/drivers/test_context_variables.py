"""A handler sees its caller's context; what it changes there is seen by nobody else."""

import asyncio
from contextvars import ContextVar, copy_context
from decimal import Context, Decimal, getcontext, localcontext, setcontext

import anyio
import pytest
import trio

from driver_matrix import DRIVERS, LOOPS, Driver, run_under
from hbia_dsl.drivers.own_loop import running_loop
from sample_plans import Colour, Sketch, turn

SETTING: ContextVar[str] = ContextVar("SETTING", default="nothing")


def _modes(colour: Colour) -> list[Driver]:
    return [d for d in DRIVERS if d.runs_async or colour is Colour.SYNC]


@pytest.mark.parametrize("colour", Colour)
def test_a_handler_sees_what_its_caller_set(colour: Colour) -> None:
    def reads(_: object) -> str:
        return SETTING.get()

    sketch = Sketch()
    for k in range(6):
        sketch.vertex(f"v{k}", reads, "x")
    for driver in _modes(colour):
        token = SETTING.set(f"caller of {driver.name}")
        outcome = run_under(driver, sketch.plan(colour))
        SETTING.reset(token)

        assert {value for _, value in outcome.values} == {f"caller of {driver.name}"}


@pytest.mark.parametrize("colour", Colour)
def test_what_a_handler_sets_is_seen_by_no_other_and_not_by_the_caller(colour: Colour) -> None:
    def sets(*values: object) -> str:
        before = SETTING.get()
        SETTING.set(f"set by {values}")
        return before

    sketch = Sketch()
    for k in range(6):
        sketch.vertex(f"a{k}", sets, "x")
        sketch.vertex(f"b{k}", sets, f"a{k}", "x")
    for driver in _modes(colour):
        outcome = run_under(driver, sketch.plan(colour))

        assert outcome.error is None
        assert {value for _, value in outcome.values} == {"nothing"}, driver
        assert SETTING.get() == "nothing", driver


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_what_an_async_handler_sets_survives_its_own_suspensions(driver: Driver) -> None:
    async def child() -> None:
        assert SETTING.get().startswith("mine")
        SETTING.set("of a child")

    async def handler(x: int) -> str:
        token = SETTING.set(f"mine {x}")
        await turn()
        await turn()
        assert SETTING.get() == f"mine {x}"
        if running_loop() == "trio":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child)
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
        assert SETTING.get() == f"mine {x}"
        SETTING.reset(token)  # fails if this were another context than the one it was set in
        await turn()
        return SETTING.get()

    sketch = Sketch()
    for k in range(5):
        sketch.vertex(f"v{k}", handler, "x", is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert [value for _, value in outcome.values] == ["nothing"] * 5


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_the_clean_up_of_a_cancelled_handler_runs_in_its_own_context(driver: Driver) -> None:
    seen: list[str] = []

    async def handler(_: int) -> None:
        SETTING.set("mine")
        try:
            await anyio.sleep_forever()
        finally:
            seen.append(SETTING.get())

    sketch = Sketch().vertex("v", handler, "x", is_async=True)
    run_under(driver, sketch.plan(), timeout_s=0.01)

    assert seen == ["mine"]


@pytest.mark.parametrize("colour", Colour)
def test_libraries_that_keep_state_in_the_context_work(colour: Colour) -> None:
    def divides(precision: int) -> Decimal:
        setcontext(Context(prec=precision))
        return Decimal(1) / Decimal(3)

    sketch = Sketch().vertex("a", divides, "x").vertex("b", divides, "x")
    with localcontext(prec=11):
        for driver in _modes(colour):
            outcome = run_under(driver, sketch.plan(colour))
            assert outcome.error is None
            assert getcontext().prec == 11, driver


def test_a_run_inside_a_context_of_its_own_leaves_no_trace_outside() -> None:
    before = dict(copy_context().items())
    for driver in DRIVERS:
        run_under(driver, Sketch().vertex("a", lambda x: SETTING.set(str(x)), "x").plan())

    assert dict(copy_context().items()) == before
