"""`pivot`, `retriable` and `compensate=None`: what is taken back, and what is only gone on with."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
import pytest

from group_runs import MODES, SERIAL, STAGED, BrokenMemberError, Mode, press_until
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.flow.group_members import RETRIABLE_ATTEMPTS
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
both_colours = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
careless: Final[Any] = atomic


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hbia_dsl.flow.group_members.RETRIABLE_PAUSE_S", 0.0001)


@attrs.define
class Journey:
    """Book, pay (the pivot), tell (again and again)."""

    fails: Mapping[str, int] = attrs.field(factory=dict)
    """By step: how often it fails before it succeeds."""
    act: Callable[[], object] = lambda: None
    """Done by the step that tells, before all."""
    calls: dict[str, int] = attrs.field(factory=dict)
    undone: list[str] = attrs.field(factory=list)

    def body(self, name: str) -> None:
        """Count a call; fail if it is to."""
        self.calls[name] = self.calls.get(name, 0) + 1
        if name == "tell":
            self.act()
        if self.calls[name] <= self.fails.get(name, 0):
            raise BrokenMemberError(f"{name} {self.calls[name]}")

    def flow(self, *, is_async: bool = False) -> Flow[..., object]:
        """Make the flow; `after` runs when the group is over."""
        book = self._step("book", None, is_async=is_async, compensate=self._undo("book"))
        pay = self._step("pay", "book", is_async=is_async, pivot=True)
        tell = self._step("tell", "pay", is_async=is_async, retriable=True)

        @vertex(inputs={"taken": "tell"})
        def after(taken: int) -> float:
            self.body("after")
            return float(taken)

        return Flow.of("journey", book, pay, tell, after)

    def _undo(self, name: str) -> Callable[..., None]:
        return lambda _inputs, _output: self.undone.append(name)

    def _step(
        self, name: str, follows: str | None, *, is_async: bool, **said: object
    ) -> Callable[..., object]:
        def sync(taken: int) -> int:
            self.body(name)
            return taken

        async def awaited(taken: int) -> int:
            self.body(name)
            return taken

        bound = {} if follows is None else {"taken": follows}
        declared = vertex(name=name, inputs=bound, effect="side_effect")
        member: Callable[..., object] = declared(awaited if is_async else sync)
        decorated: Callable[..., object] = careless(group="trip", on_failure="compensate", **said)(
            member
        )
        return decorated


def run_to_failure(mode: Mode, journey: Journey, *, is_async: bool) -> FlowFailed:
    """Run a journey that fails."""
    with pytest.raises(FlowFailed) as failed:
        mode.run(journey.flow(is_async=is_async), taken=1)
    return failed.value


@every_mode
@both_colours
def test_before_the_pivot_has_succeeded_all_is_taken_back(mode: Mode, *, is_async: bool) -> None:
    journey = Journey({"pay": 9})
    failed = run_to_failure(mode, journey, is_async=is_async)
    assert journey.undone == ["book"]
    assert journey.calls == {"book": 1, "pay": 1}  # a pivot is not tried again
    assert failed.__notes__ == ["group `trip` was compensated: `book`"]


@every_mode
@both_colours
def test_what_follows_the_pivot_is_tried_again_until_it_succeeds(
    mode: Mode, *, is_async: bool
) -> None:
    for fails in range(RETRIABLE_ATTEMPTS):
        journey = Journey({"tell": fails})
        run = mode.run(journey.flow(is_async=is_async), taken=1)
        assert journey.calls["tell"] == fails + 1
        assert journey.undone == []
        assert set(run.states.values()) == {"succeeded"}


@every_mode
@both_colours
def test_past_the_pivot_nothing_is_taken_back_and_the_error_says_so(
    mode: Mode, *, is_async: bool
) -> None:
    journey = Journey({"tell": 99})
    failed = run_to_failure(mode, journey, is_async=is_async)

    assert journey.calls == {"book": 1, "pay": 1, "tell": RETRIABLE_ATTEMPTS}
    assert journey.undone == []
    assert str(failed.root) == f"tell {RETRIABLE_ATTEMPTS}"
    assert failed.__notes__ == [
        "group `trip` was left as it is (its pivot `pay` had succeeded): `pay`, `book`"
    ]
    assert failed.skipped == ("after",)


@every_mode
def test_after_the_groups_end_nothing_is_taken_back(mode: Mode) -> None:
    journey = Journey({"after": 1})
    failed = run_to_failure(mode, journey, is_async=False)
    assert journey.undone == []
    assert not hasattr(failed, "__notes__")


@pytest.mark.parametrize("mode", [SERIAL, STAGED], ids=str)
def test_a_retriable_member_that_gives_way_to_a_stop_is_not_tried_again(mode: Mode) -> None:
    journey = Journey()

    def stopped() -> None:
        while True:
            check_cancelled()

    journey.act = stopped
    with pytest.raises(FlowFailed) as failed:
        mode.run(journey.flow().options(timeout_s=0.1), taken=1)
    assert isinstance(failed.value.root, TimeoutError)
    assert journey.calls["tell"] == 1


@every_mode
def test_a_ctrl_c_between_two_tries_ends_them(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hbia_dsl.flow.group_members.RETRIABLE_PAUSE_S", 60.0)

    def press() -> None:
        told = threading.Event()
        with on_cancel(told.set):
            press_until(told.is_set)

    journey = Journey({"tell": 99}, press)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        mode.run(journey.flow(), taken=1)
    assert journey.calls["tell"] == 1
    assert any("was left as it is" in note for note in interrupted.value.__notes__)


@both_colours
def test_a_cancelled_host_ends_the_tries(
    monkeypatch: pytest.MonkeyPatch, *, is_async: bool
) -> None:
    monkeypatch.setattr("hbia_dsl.flow.group_members.RETRIABLE_PAUSE_S", 60.0)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        journey = Journey({"tell": 99}, lambda: loop.call_soon_threadsafe(task.cancel))
        task = asyncio.create_task(journey.flow(is_async=is_async).run_async(taken=1))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert journey.calls["tell"] == 1

    asyncio.run(main())
    assert running_loop() is None


@every_mode
def test_a_member_with_nothing_to_take_back_is_passed_over_and_not_named(mode: Mode) -> None:
    undone: list[str] = []

    def step(
        name: str, follows: str | None, undo: Callable[..., None] | None
    ) -> Callable[..., object]:
        def body(taken: int) -> int:
            if name == "last":
                raise BrokenMemberError(name)
            return taken

        bound = {} if follows is None else {"taken": follows}
        member = vertex(name=name, inputs=bound, effect="side_effect")(body)
        return atomic(group="trip", on_failure="compensate", compensate=undo)(member)

    flow = Flow.of(
        "f",
        step("one", None, lambda _i, _o: undone.append("one")),
        step("two", "one", None),
        step("three", "two", lambda _i, _o: undone.append("three")),
        step("last", "three", None),
    )
    with pytest.raises(FlowFailed) as failed:
        mode.run(flow, taken=1)
    assert undone == ["three", "one"]
    assert failed.value.__notes__ == ["group `trip` was compensated: `three`, `one`"]


@every_mode
def test_a_group_that_is_aborted_is_left_as_it_is_and_the_error_says_so(mode: Mode) -> None:
    @atomic(group="look", on_failure="abort")
    @vertex(effect="side_effect")
    def one(x: int) -> int:
        return x

    @atomic(group="look", on_failure="abort")
    @vertex(inputs={"x": one}, effect="side_effect")
    def two(x: int) -> str:
        raise BrokenMemberError(str(x))

    with pytest.raises(FlowFailed) as failed:
        mode.run(Flow.of("f", one, two), x=1)
    assert failed.value.__notes__ == [
        'group `look` was left as it is (its on_failure is "abort"): `one`'
    ]
    assert failed.value.compensation_failures == {}
