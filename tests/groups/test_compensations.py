"""What succeeded in a group that compensates is taken back: in reverse, one by one, all of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import attrs
import pytest

from compensated_flows import (
    BrokenStepError,
    BrokenUndoError,
    CrashError,
    Trip,
    Undone,
    crash,
    fail,
    step_name,
    trip_flow,
)
from group_runs import ASYNCIO, EAGER, MODES, SERIAL, STAGED, TRIO, Mode
from hbia_dsl import Flow, FlowFailed
from hbia_dsl.drivers import undoing_asyncio, undoing_here, undoing_trio
from hbia_dsl.drivers.undoing import Attempt
from hbia_dsl.drivers.undoing_scope import UndoScope
from hbia_dsl.errors import CompensationError, VertexTimeout
from hbia_dsl.flow.run_account import states_of
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import watching_runs

MOST: Final = 6
TIMEOUT_S: Final = 5.0
SOON_S: Final = 0.015
"""How long one that hangs has until its time is up, in seconds."""


@attrs.frozen
class Way:
    """A mode, and whether compensations are async in it."""

    mode: Mode
    undoes_async: bool

    def __str__(self) -> str:
        return f"{self.mode}{' async' if self.undoes_async else ''}"

    def flow(self, trip: Trip) -> Flow[..., object]:
        """Make the flow for this mode."""
        return trip_flow(
            trip, is_async=self.mode.loop is not None, undoes_async=self.undoes_async
        ).options(compensation_timeout_s=TIMEOUT_S, compensation_attempts=1)

    def hang(self, trip: Trip) -> Callable[[], object]:
        """Return what hangs: on a thread whatever it is told, where it can be left behind."""
        if self.undoes_async:
            return trip.hang_awaiting
        return trip.hang_politely if self.mode is SERIAL else trip.hang


WAYS: Final = [
    *(Way(mode, undoes_async=False) for mode in MODES),
    *(Way(mode, undoes_async=True) for mode in (ASYNCIO, TRIO)),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=map(str, WAYS))


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (undoing_here, undoing_asyncio, undoing_trio):
        monkeypatch.setattr(module, "GRACE_S", 0.002)


def all_ends() -> Iterator[tuple[int, int]]:
    """Yield how many steps there are and which one fails."""
    for count in range(1, MOST + 1):
        for fails_at in range(1, count + 1):
            yield count, fails_at


def run_to_failure(way: Way, trip: Trip) -> FlowFailed:
    """Run a trip that fails."""
    flow = way.flow(trip)
    try:
        with pytest.raises(FlowFailed) as failed:
            (way.mode.run_hosted if way.mode.loop else way.mode.run)(flow, taken=1)
    finally:
        trip.is_over.set()
    return failed.value


def assert_all_undone(trip: Trip, failed: FlowFailed) -> None:
    """Check what holds however compensations end: order, inputs, outputs, the cause."""
    names = [step_name(k) for k in range(1, trip.fails_at)]
    assert trip.done == names
    assert trip.undone == [
        Undone(step_name(k), {"taken": 10 * k - 9}, 10 * k + 1)
        for k in range(trip.fails_at - 1, 0, -1)
    ]
    assert trip.overlaps == 0
    assert isinstance(failed.root, BrokenStepError)
    assert list(failed.failures) == [step_name(trip.fails_at)]
    assert failed.skipped == tuple(step_name(k) for k in range(trip.fails_at + 1, trip.count + 1))


def notes_of(error: BaseException) -> list[str]:
    """Return what is said about groups."""
    return list(getattr(error, "__notes__", []))


@every_way
def test_all_that_succeeded_is_taken_back_in_reverse(way: Way) -> None:
    for count, fails_at in all_ends():
        trip = Trip(count, fails_at)
        failed = run_to_failure(way, trip)

        assert_all_undone(trip, failed)
        assert failed.compensation_failures == {}
        undone = ", ".join(f"`{step}`" for step in trip.undone_steps)
        wanted = f"group `trip` was compensated: {undone}"
        assert notes_of(failed) == ([wanted] if undone else [])


@every_way
@pytest.mark.parametrize("kind", ["fails", "hangs", "crashes"])
def test_one_that_cannot_be_taken_back_does_not_keep_the_others_from_it(
    way: Way, kind: str
) -> None:
    wanted = {"fails": BrokenUndoError, "hangs": VertexTimeout, "crashes": CompensationError}[kind]
    for count, fails_at in all_ends():
        for bad in range(1, fails_at):
            trip = Trip(count, fails_at)
            act = {"fails": fail, "hangs": way.hang(trip), "crashes": crash}[kind]
            trip.undo = {step_name(bad): act}
            with ending_soon(step_name(bad)) if kind == "hangs" else nullcontext():
                failed = run_to_failure(way, trip)

            assert_all_undone(trip, failed)
            assert list(failed.compensation_failures) == [step_name(bad)]
            error = failed.compensation_failures[step_name(bad)]
            assert type(error) is wanted
            if kind == "crashes":
                assert isinstance(error.__cause__, CrashError)
            heading, line = notes_of(failed)
            undone = [step_name(n) for n in reversed(range(1, fails_at)) if n != bad]
            shown = f"; undone: {', '.join(f'`{name}`' for name in undone)}" if undone else ""
            assert heading == f"group `trip` could not be undone completely{shown}"
            assert line.startswith(f"`s{bad}` was not undone: {wanted.__name__}: ")


@contextmanager
def ending_soon(step: str) -> Iterator[None]:
    """Give the compensation of one step hardly any time; the others have all they need."""
    begin = UndoScope.__init__

    def begin_late(scope: UndoScope, run: RunState, asked: Attempt) -> None:
        if asked.name == f"the compensation of `{step}`":
            asked = attrs.evolve(asked, deadline=run.clock() + SOON_S)
        begin(scope, run, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UndoScope, "__init__", begin_late)
        yield


@every_way
def test_every_one_that_cannot_be_taken_back_is_named(way: Way) -> None:
    trip = Trip(6, 6)
    trip.undo = {
        "s5": crash,
        "s4": way.hang(trip),
        "s3": fail,
        "s1": fail,
    }
    with ending_soon("s4"):
        failed = run_to_failure(way, trip)

    assert_all_undone(trip, failed)
    assert list(failed.compensation_failures) == ["s5", "s4", "s3", "s1"]
    assert [type(e) for e in failed.compensation_failures.values()] == [
        CompensationError,
        VertexTimeout,
        BrokenUndoError,
        BrokenUndoError,
    ]
    assert len(notes_of(failed)) == 5


@every_way
def test_states_say_which_step_was_taken_back(way: Way) -> None:
    seen: list[RunState] = []
    trip = Trip(5, 4, {"s2": fail})
    with watching_runs(seen.append):
        run_to_failure(way, trip)

    assert states_of(seen[0]) == {
        "s1": "compensated",
        "s2": "succeeded",
        "s3": "compensated",
        "s4": "failed",
        "s5": "skipped",
    }


@every_way
def test_a_failing_one_is_tried_again_up_to_the_limit(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hbia_dsl.drivers.undoing.FIRST_PAUSE_S", 0.001)
    for fails, limit in [(1, 3), (2, 3), (3, 3), (4, 5)]:
        left = [fails]

        def flaky(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] >= 0:
                fail()

        trip = Trip(3, 3, {"s2": flaky})
        flow = way.flow(trip).options(compensation_timeout_s=30, compensation_attempts=limit)
        with pytest.raises(FlowFailed) as failed:
            way.mode.run(flow, taken=1)

        tries = min(fails + 1, limit)
        assert trip.undone_steps == [*["s2"] * tries, "s1"]
        assert list(failed.value.compensation_failures) == ([] if fails < limit else ["s2"])


@pytest.mark.parametrize("mode", [SERIAL, STAGED, EAGER], ids=str)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_compensation_of_a_flow_without_async_vertices_is_awaited(
    mode: Mode, backend: str
) -> None:
    trip = Trip(3, 3)
    flow = trip_flow(trip, undoes_async=True).options(
        async_backend="trio" if backend == "trio" else "asyncio"
    )
    with pytest.raises(FlowFailed):
        mode.run(flow, taken=1)
    assert trip.undone_steps == ["s2", "s1"]
