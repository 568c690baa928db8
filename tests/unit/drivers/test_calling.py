"""How a driver calls a handler and puts its result away, in every mode."""

import asyncio
import gc
from collections.abc import Callable

import pytest

from driver_matrix import DRIVERS, LOOPS, Driver, Limits, new_run, run_under
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.arguments import compile_arguments
from hbia_dsl.kernel.kernel import Kernel, Schedule
from hbia_dsl.kernel.plan import Plan, PlannedVertex, Slots
from sample_plans import Colour, Sketch, chain, diamond, paint


def _store_parts(slots: Slots, result: object) -> None:
    assert isinstance(result, tuple)
    slots[1], slots[2], slots[3] = result, *result


def _refuse(_: Slots, result: object) -> None:
    raise TypeError(f"{result!r} is not what was declared")


def _plan(
    handler: Callable[..., object],
    store: Callable[[Slots, object], None] | None,
    colour: Colour,
    timeout_s: float | None,
) -> Plan:
    """One vertex that takes slot 0 by position and by keyword."""
    painted, is_async = paint(handler, colour)
    vertex = PlannedVertex(
        "only",
        painted,
        positional=compile_arguments([0]),
        keyword_names=("scale", "bias"),
        keywords=compile_arguments([0, 0]),
        slot=1,
        store=store,
        is_async=is_async,
        timeout_s=timeout_s,
    )
    sketch = chain(1).plan()
    return Plan(
        flow="calling",
        vertices=[vertex],
        stage_ends=sketch.stage_ends,
        predecessor_counts=sketch.predecessor_counts,
        successors=sketch.successors,
        inner_successors={},
        inner_counts={},
        slot_count=4,
        has_async=is_async,
        has_timeouts=timeout_s is not None,
    )


COLOURS = (Colour.SYNC, Colour.ASYNC, Colour.SUSPENDING)


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
@pytest.mark.parametrize("timeout_s", [None, 60.0])
def test_arguments_come_by_position_and_by_keyword_and_parts_are_put_away(
    driver: Driver, timeout_s: float | None
) -> None:
    def handler(value: int, *, scale: int, bias: int) -> tuple[int, int]:
        return value * scale, bias

    for colour in COLOURS if driver.runs_async else [Colour.SYNC]:
        run = new_run(_plan(handler, _store_parts, colour, timeout_s), driver.schedule, {0: 3})
        driver.drive(run, Limits())
        assert run.slots == [3, (9, 3), 9, 3]


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
@pytest.mark.parametrize("timeout_s", [None, 60.0])
def test_a_result_that_cannot_be_put_away_is_a_failure_of_its_vertex(
    driver: Driver, timeout_s: float | None
) -> None:
    def handler(value: int, **_: int) -> int:
        return value

    for colour in COLOURS if driver.runs_async else [Colour.SYNC]:
        outcome = run_under(driver, _plan(handler, _refuse, colour, timeout_s))
        assert isinstance(outcome.error, FlowFailed)
        assert str(outcome.error.root) == "1 is not what was declared"
        assert outcome.states == [("only", "failed")]


@pytest.mark.parametrize("driver", LOOPS, ids=str)
def test_a_fault_of_the_kernel_ends_the_run_and_is_not_hidden(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Kernel, v: int) -> object:
        raise AssertionError(f"a fault of ours at vertex {v}")

    monkeypatch.setattr(Kernel, "succeeded", broken)
    monkeypatch.setattr(Kernel, "all_succeeded_before", broken)
    outcome = run_under(driver, diamond().plan(Colour.SUSPENDING))

    assert isinstance(outcome.error, AssertionError | BaseExceptionGroup)
    assert "a fault of ours at vertex" in repr(outcome.error)


def test_a_run_that_is_abandoned_with_its_loop_closes_its_handlers() -> None:
    closed: list[str] = []

    async def handler(_: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("handler")

    async def main() -> None:
        run = new_run(Sketch().vertex("a", handler, "x", is_async=True).plan(), Schedule.STAGES)
        await drive_on_asyncio(run, Schedule.STAGES, max_workers=1, max_tasks=1, grace_s=1)

    loop = asyncio.new_event_loop()
    task = loop.create_task(main())
    for _ in range(3):
        loop.call_soon(loop.stop)
        loop.run_forever()
    assert closed == []
    loop.close()
    for left in asyncio.all_tasks(loop):
        left._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - on purpose
    del task, left
    gc.collect()

    assert closed == ["handler"]
