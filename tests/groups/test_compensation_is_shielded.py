"""Compensation goes on whatever stopped the run: its host, its deadline, a first Ctrl-C."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from typing import Final

import pytest
import trio

from compensated_flows import BrokenStepError, Trip, trip_flow
from group_runs import (
    ASYNCIO,
    MODES,
    TRIO,
    Mode,
    press_ctrl_c,
    press_until,
    wait_to_be_stopped,
)
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.drivers.ctrl_c import CtrlC
from hbia_dsl.kernel.run_scope import check_cancelled

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
on_a_loop = pytest.mark.parametrize("mode", [ASYNCIO, TRIO], ids=str)
both_colours = pytest.mark.parametrize("undoes_async", [False, True], ids=["sync", "async"])

COMPENSATED: Final = "group `trip` was compensated: `s3`, `s2`, `s1`"


def waiting_trip(reached: threading.Event) -> tuple[Trip, Flow[..., object]]:
    """Make a flow of three steps and one that waits until it is stopped."""
    trip = Trip(3, 0)
    flow = trip_flow(trip)

    @atomic(group="trip", on_failure="compensate", compensate=None)
    @vertex(inputs={"taken": "s3"}, effect="side_effect")
    def waits(taken: int) -> int:
        reached.set()
        try:
            wait_to_be_stopped()
        finally:
            trip.is_stopped.set()
        return taken

    steps = [v.handler for v in flow.wired.vertices.values()]
    return trip, Flow.of("trips", *steps, waits)


@every_mode
def test_a_deadline_that_has_passed_does_not_reach_compensations(mode: Mode) -> None:
    reached = threading.Event()
    trip, flow = waiting_trip(reached)
    trip.undo = dict.fromkeys(("s1", "s2", "s3"), check_cancelled)
    for timeout_s in (0.05, 0.5, 5.0):  # a busy machine may not even get there
        trip.undone.clear()
        with pytest.raises(FlowFailed) as failed:
            mode.run(flow.options(timeout_s=timeout_s), taken=1)
        assert isinstance(failed.value.root, TimeoutError)
        assert failed.value.compensation_failures == {}
        if reached.is_set():
            assert failed.value.__notes__ == [COMPENSATED]
            break

    assert reached.is_set()
    assert trip.undone_steps == ["s3", "s2", "s1"]


@every_mode
def test_a_stop_of_the_run_around_it_does_not_reach_compensations(mode: Mode) -> None:
    reached = threading.Event()
    trip, inner = waiting_trip(reached)
    trip.undo = dict.fromkeys(("s1", "s2", "s3"), check_cancelled)

    @vertex(effect="side_effect")
    def runs(x: int) -> int:
        mode.run(inner, taken=x)
        return x

    @vertex(effect="side_effect")
    def breaks(x: int) -> str:
        assert reached.wait(10)
        raise BrokenStepError("around")

    with pytest.raises(FlowFailed) as failed:
        Flow.of("around", runs, breaks).run(parallel=True, x=1)
    assert list(failed.value.failures) == ["breaks"]
    assert trip.undone_steps == ["s3", "s2", "s1"]


@both_colours
def test_a_cancelled_host_on_asyncio_waits_for_all_compensations(*, undoes_async: bool) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        trip = Trip(4, 4)

        def cancelled() -> object:
            done = threading.Event()

            def cancel() -> None:
                task.cancel()
                done.set()

            loop.call_soon_threadsafe(cancel)
            if undoes_async:
                return asyncio.sleep(0)
            assert done.wait(10)
            return None

        trip.undo = {"s3": cancelled, "s1": cancelled}
        task = asyncio.create_task(trip_flow(trip, undoes_async=undoes_async).run_async(taken=1))
        with pytest.raises(asyncio.CancelledError) as told:
            await task
        assert trip.undone_steps == ["s3", "s2", "s1"]
        assert task.cancelling() == 2
        notes = told.value.__notes__
        assert notes == ["vertex `s4` also failed: BrokenStepError: s4", COMPENSATED]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


@both_colours
def test_a_cancelled_host_on_trio_waits_for_all_compensations(*, undoes_async: bool) -> None:
    async def main() -> None:
        token = trio.lowlevel.current_trio_token()
        trip = Trip(4, 4)

        def cancelled() -> object:
            if undoes_async:
                scope.cancel()
                return trio.lowlevel.checkpoint()  # noqa: ASYNC105 - awaited by the compensation
            trio.from_thread.run_sync(scope.cancel, trio_token=token)
            return None

        trip.undo = {"s3": cancelled, "s1": cancelled}
        with trio.CancelScope() as scope:
            with pytest.raises(FlowFailed) as failed:
                await trip_flow(trip, undoes_async=undoes_async).run_async(taken=1)
            assert failed.value.__notes__ == [COMPENSATED]
            await trio.lowlevel.checkpoint()
        assert scope.cancelled_caught
        assert trip.undone_steps == ["s3", "s2", "s1"]

    trio.run(main)


def presses() -> int:
    """Return how often the run has noticed Ctrl-C."""
    handler = signal.getsignal(signal.SIGINT)
    taker = getattr(handler, "__self__", None)
    return taker.presses if isinstance(taker, CtrlC) else 0


def press_until_noticed() -> None:
    """Press Ctrl-C and wait until the run has noticed it: two at once would count as one."""
    before = presses()
    press_until(lambda: presses() > before)


@every_mode
@both_colours
def test_a_first_ctrl_c_waits_for_all_compensations(mode: Mode, *, undoes_async: bool) -> None:
    trip = Trip(4, 4, {"s3": press_until_noticed})
    flow = trip_flow(trip, is_async=mode.loop is not None, undoes_async=undoes_async)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        mode.run(flow, taken=1)

    assert trip.undone_steps == ["s3", "s2", "s1"]
    assert type(interrupted.value) is KeyboardInterrupt
    notes = interrupted.value.__notes__
    assert notes == ["vertex `s4` also failed: BrokenStepError: s4", COMPENSATED]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@on_a_loop
def test_a_first_ctrl_c_in_a_loop_of_the_hosts_waits_for_all_compensations(mode: Mode) -> None:
    trip = Trip(4, 4, {"s3": press_ctrl_c})
    flow = trip_flow(trip, is_async=True).options(**mode.options)
    with pytest.raises(KeyboardInterrupt):
        mode.run_hosted(flow, taken=1)
    assert trip.undone_steps == ["s3", "s2", "s1"]


def insist_and_hang(trip: Trip) -> None:
    """Press Ctrl-C until the run is left; do not end before that."""
    press_until(trip.is_over.is_set)


def press_twice_and_hang(trip: Trip) -> Callable[[], object]:
    """Return a compensation during which the user insists on leaving."""

    def act() -> None:
        press_until_noticed()
        insist_and_hang(trip)

    return act


@every_mode
def test_a_second_ctrl_c_leaves_at_once_and_says_that_the_group_is_not_undone(mode: Mode) -> None:
    trip = Trip(4, 4)
    trip.undo = {"s2": press_twice_and_hang(trip)}
    flow = trip_flow(trip)
    if mode.loop is not None:
        flow = trip_flow(trip, is_async=True)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as interrupted, trip.letting_go():
        mode.run(flow, taken=1)

    assert time.monotonic() - began < 5
    assert trip.undone_steps == ["s3", "s2"]
    assert type(interrupted.value) is KeyboardInterrupt
    assert interrupted.value.__notes__ == [
        "vertex `s4` also failed: BrokenStepError: s4",
        "group `trip` is not undone: the run was left before",
    ]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@on_a_loop
def test_a_second_ctrl_c_leaves_an_async_compensation(mode: Mode) -> None:
    trip = Trip(4, 4)

    def insists() -> object:
        press_until_noticed()
        press_ctrl_c()
        return trip.hang_awaiting()

    trip.undo = {"s2": insists}
    with pytest.raises(KeyboardInterrupt) as interrupted:
        mode.run(trip_flow(trip, is_async=True, undoes_async=True), taken=1)

    assert trip.undone_steps == ["s3", "s2"]
    assert interrupted.value.__notes__ == [
        "vertex `s4` also failed: BrokenStepError: s4",
        "group `trip` is not undone: the run was left before",
    ]


@every_mode
def test_after_a_ctrl_c_that_stopped_the_run_the_next_one_leaves_compensations(mode: Mode) -> None:
    reached = threading.Event()
    trip, flow = waiting_trip(reached)

    trip.undo = {"s2": lambda: insist_and_hang(trip)}

    def presses_once_it_waits() -> None:
        assert reached.wait(10)
        press_until(trip.is_stopped.is_set)

    helper = threading.Thread(target=presses_once_it_waits)
    helper.start()
    with pytest.raises(KeyboardInterrupt) as interrupted, trip.letting_go():
        mode.run(flow, taken=1)
    helper.join()

    assert trip.undone_steps == ["s3", "s2"]
    notes = interrupted.value.__notes__
    assert notes[-1] == "group `trip` is not undone: the run was left before"
