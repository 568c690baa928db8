"""Every member x every way to be stopped x every mode x every database: nothing, or all of it."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from typing import Final

import attrs
import pytest
import trio

from database_worlds import World
from group_runs import (
    ALL,
    ASYNCIO,
    EAGER,
    MEMBERS,
    MODES,
    SERIAL,
    STAGED,
    TRIO,
    UNTOUCHED,
    BrokenMemberError,
    Colour,
    Mode,
    Script,
    payment_flow,
    press_and_wait_to_be_stopped,
    press_ctrl_c,
    sleep_for_ever,
    wait_to_be_stopped,
)
from hbia_dsl import Flow, FlowFailed, vertex
from hbia_dsl.errors import VertexTimeout

LIMIT_S: Final = 0.04
"""How long a member, or the run, may take where it is stopped by time, in seconds."""

NOTE: Final = "group `payment` was rolled back"


@attrs.frozen
class Case:
    """A database, a mode that can use it, and the colour of the members."""

    world: str
    mode: Mode
    colour: Colour

    def __str__(self) -> str:
        return f"{self.world}-{self.mode}-{self.colour}"


def _cases() -> Iterator[Case]:
    for world in ("sqlite3", "sqlalchemy/sqlite", "sqlalchemy/postgres", "psycopg"):
        for mode in MODES:
            yield Case(world, mode, "mixed" if mode.loop else "sync")
    for world in ("async sqlalchemy/sqlite", "async sqlalchemy/postgres"):
        yield Case(world, ASYNCIO, "async")


CASES: Final = list(_cases())
every_case = pytest.mark.parametrize(
    ("world", "case"), [(c.world, c) for c in CASES], indirect=["world"], ids=map(str, CASES)
)
every_member = pytest.mark.parametrize("at", MEMBERS)


def is_async_member(case: Case, at: str) -> bool:
    """Return whether a member is `async def`."""
    return case.colour == "async" or (case.colour == "mixed" and at == "charge")


def waits(case: Case, at: str) -> Callable[[], object]:
    """Return what waits in a member until it is stopped."""
    return sleep_for_ever if is_async_member(case, at) else wait_to_be_stopped


def assert_rolled_back(world: World, error: BaseException, at: str, script: Script) -> None:
    """Check that nothing of the group is there, and that this is said."""
    assert world.rows() == UNTOUCHED
    assert world.left_over() == []
    notes = [note for note in getattr(error, "__notes__", []) if note.startswith("group ")]
    assert len(notes) == 1
    assert notes[0].startswith(NOTE)
    done = MEMBERS[: MEMBERS.index(at)]
    assert notes[0].removeprefix(NOTE) == (
        ": " + ", ".join(f"`{name}`" for name in reversed(done)) if done else ""
    )
    assert "before" in script.done
    assert "after" not in script.done
    assert script.calls == dict.fromkeys((*done, at), 1)


@every_case
def test_a_run_that_succeeds_has_it_all(world: World, case: Case) -> None:
    script = Script()
    run = case.mode.run(payment_flow(world, script, case.colour), x=1)

    assert run.value == 4.0
    assert world.rows() == ALL
    assert sorted(script.done) == ["after", "before", "beside"]
    assert set(run.states.values()) == {"succeeded"}
    assert set(run.states) == {"before", *MEMBERS, "beside", "after"}


@every_case
@every_member
def test_a_member_that_raises_undoes_its_group(world: World, case: Case, at: str) -> None:
    def act() -> None:
        raise BrokenMemberError(at)

    script = Script(at, act)
    flow = payment_flow(world, script, case.colour)
    run = case.mode.run_hosted if case.mode.loop else case.mode.run
    with pytest.raises(FlowFailed) as failed:
        run(flow, x=1)

    assert isinstance(failed.value.root, BrokenMemberError)
    assert list(failed.value.failures) == [at]
    assert failed.value.compensation_failures == {}
    assert_rolled_back(world, failed.value, at, script)


@every_case
@every_member
def test_a_member_that_runs_out_of_time_undoes_its_group(world: World, case: Case, at: str) -> None:
    script = Script(at, waits(case, at))
    flow = payment_flow(world, script, case.colour, timeouts={at: LIMIT_S})
    with pytest.raises(FlowFailed) as failed:
        case.mode.run(flow, x=1)

    assert isinstance(failed.value.root, VertexTimeout)
    assert_rolled_back(world, failed.value, at, script)


@every_case
@every_member
def test_a_run_that_runs_out_of_time_undoes_its_group(world: World, case: Case, at: str) -> None:
    for limit_s in (LIMIT_S, 0.5, 5.0):  # a busy machine may not even get there
        script = Script(at, waits(case, at))
        flow = payment_flow(world, script, case.colour).options(timeout_s=limit_s)
        with pytest.raises(FlowFailed) as failed:
            case.mode.run(flow, x=1)
        assert isinstance(failed.value.root, TimeoutError)
        assert world.rows() == UNTOUCHED
        if at in script.calls:
            assert_rolled_back(world, failed.value, at, script)
            return
    pytest.fail("five seconds are not enough to get there")


@every_case
@every_member
def test_a_run_whose_host_is_cancelled_undoes_its_group(world: World, case: Case, at: str) -> None:
    if case.mode.loop == "asyncio":
        cancelled_in_asyncio(world, case, at)
    elif case.mode.loop == "trio":
        cancelled_in_trio(world, case, at)
    else:
        cancelled_by_the_run_around_it(world, case, at)


def cancelled_in_asyncio(world: World, case: Case, at: str) -> None:
    async def main() -> tuple[asyncio.CancelledError, Script]:
        loop = asyncio.get_running_loop()

        def act() -> object:
            loop.call_soon_threadsafe(task.cancel)
            return waits(case, at)()

        script = Script(at, act)
        flow = payment_flow(world, script, case.colour).options(**case.mode.options)
        task = asyncio.create_task(flow.run_async(x=1))
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
        assert task.cancelling() == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return cancelled.value, script

    error, script = asyncio.run(main())
    assert_rolled_back(world, error, at, script)


def cancelled_in_trio(world: World, case: Case, at: str) -> None:
    async def main() -> Script:
        token = trio.lowlevel.current_trio_token()
        with trio.CancelScope() as scope:

            def act() -> object:
                token.run_sync_soon(scope.cancel)
                return waits(case, at)()

            script = Script(at, act)
            flow = payment_flow(world, script, case.colour).options(**case.mode.options)
            await flow.run_async(x=1)
        assert scope.cancelled_caught
        return script

    script = trio.run(main)
    assert world.rows() == UNTOUCHED
    assert world.left_over() == []
    assert script.calls[at] == 1
    assert "after" not in script.done


def cancelled_by_the_run_around_it(world: World, case: Case, at: str) -> None:
    """A flow without a loop has no host to cancel it but a run around it."""
    script = Script(at, wait_to_be_stopped)
    inner = payment_flow(world, script, case.colour)
    told: list[BaseException] = []

    @vertex(effect="side_effect")
    def runs(x: int) -> int:
        try:
            case.mode.run(inner, x=x)
        except Exception as error:
            told.append(error)
            raise
        return x

    @vertex(effect="side_effect")
    def breaks(x: int) -> str:
        assert script.is_there.wait(10)
        raise BrokenMemberError("the run around it")

    with pytest.raises(FlowFailed) as failed:
        Flow.of("around", runs, breaks).run(parallel=True, x=1)
    assert list(failed.value.failures) == ["breaks"]
    assert_rolled_back(world, told[0], at, script)


@every_case
@every_member
def test_ctrl_c_undoes_the_group(world: World, case: Case, at: str) -> None:
    def act() -> object:
        if is_async_member(case, at):
            press_ctrl_c()
            return sleep_for_ever()
        press_and_wait_to_be_stopped()
        return None

    script = Script(at, act)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        case.mode.run(payment_flow(world, script, case.colour), x=1)
    assert_rolled_back(world, interrupted.value, at, script)


ONE_OF_EACH: Final = [
    c for c in CASES if c.world in ("sqlite3", "psycopg", "async sqlalchemy/postgres")
]
OVERLAPPING = [c for c in ONE_OF_EACH if c.mode is not SERIAL]
one_of_each, one_of_each_that_overlaps = (
    pytest.mark.parametrize(
        ("world", "case"), [(c.world, c) for c in cases], indirect=["world"], ids=map(str, cases)
    )
    for cases in (ONE_OF_EACH, OVERLAPPING)
)


@one_of_each_that_overlaps
@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_an_outsider_that_fails_while_the_group_is_open_undoes_it_unless_all_goes_on(
    world: World, case: Case, on_error: str
) -> None:
    # With "stop" the last member waits for what becomes of the run; else it just ends.
    is_stopped = on_error == "stop"
    script = Script("confirm", waits(case, "confirm") if is_stopped else lambda: None)
    flow = payment_flow(world, script, case.colour, is_beside_failing=True)
    flow = flow.options(on_error="stop" if is_stopped else "continue")
    with pytest.raises(FlowFailed) as failed:
        case.mode.run(flow, x=1)

    assert list(failed.value.failures) == ["beside"]
    if is_stopped:
        assert_rolled_back(world, failed.value, "confirm", script)
    else:
        assert world.rows() == ALL
        assert not hasattr(failed.value, "__notes__")
        assert script.done == ["before", "after"]


@one_of_each
@every_member
def test_with_on_error_continue_outsiders_go_on_and_the_group_is_undone_at_once(
    world: World, case: Case, at: str
) -> None:
    def act() -> None:
        raise BrokenMemberError(at)

    script = Script(at, act)
    seen: list[object] = []

    @vertex(effect="side_effect", inputs={"text": "beside"})
    def last(text: str) -> bytes:
        # Runs in a later stage than the group, or after it in canonical order.
        seen.append(world.rows())
        return text.encode()

    flow = payment_flow(world, script, case.colour)
    vertices = [v.handler for v in flow.wired.vertices.values()]
    flow = Flow.of("shop", *vertices, last).options(
        transactions={"payment": world.source}, on_error="continue"
    )
    with pytest.raises(FlowFailed) as failed:
        case.mode.run(flow, x=1)

    assert list(failed.value.failures) == [at]
    assert set(failed.value.skipped) == {*MEMBERS[MEMBERS.index(at) + 1 :], "after"}
    assert script.done.count("beside") == 1
    assert seen == [UNTOUCHED]
    assert_rolled_back(world, failed.value, at, script)


@one_of_each
def test_a_group_that_is_committed_stays_when_an_outsider_fails_later(
    world: World, case: Case
) -> None:
    script = Script()

    @vertex(inputs={"taken": "after"})
    def breaks(taken: float) -> None:
        raise BrokenMemberError(str(taken))

    flow = payment_flow(world, script, case.colour)
    vertices = [v.handler for v in flow.wired.vertices.values()]
    flow = Flow.of("shop", *vertices, breaks).options(transactions={"payment": world.source})
    with pytest.raises(FlowFailed) as failed:
        case.mode.run(flow, x=1)

    assert world.rows() == ALL
    assert not hasattr(failed.value, "__notes__")
    assert failed.value.skipped == ()


def test_the_matrix_is_whole() -> None:
    modes = {str(mode) for mode in (SERIAL, STAGED, EAGER, ASYNCIO, TRIO)}
    wanted = set(
        itertools.product(("sqlite3", "sqlalchemy/sqlite", "sqlalchemy/postgres", "psycopg"), modes)
    )
    assert wanted <= {(case.world, str(case.mode)) for case in CASES}
