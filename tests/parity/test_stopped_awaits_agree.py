"""However a serial async run is stopped, compiled source ends it exactly as the plan does."""

import asyncio
import gc
import logging
import random
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final, Literal, NamedTuple

import pytest
import trio

import hbia_dsl.drivers.carriers
import hbia_dsl.drivers.lowered_carriers
from cancel.cancel_world import JumpLoop, Spied
from compiled_plans import CompiledPlan, compile_plan
from driver_matrix import COMPILED, Driver, new_run, run_under
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.drivers.trio_loop import drive_on_trio
from hbia_dsl.errors import FlowFailed
from hbia_dsl.flow.execution import execute_async
from hbia_dsl.flow.run_account import states_of
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.kernel.plan import NO_TIME, Plan
from hbia_dsl.kernel.run_scope import on_cancel
from hbia_dsl.kernel.run_state import RunState
from sample_plans import Colour, Sketch, total, turn

LONG_S: Final = 10.0

ON_ASYNCIO = [driver for driver in COMPILED if "asyncio" in driver.name]

both_ways = pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "plan"])


async def drive(run: RunState, *, is_compiled: bool, grace_s: float = 10.0) -> None:
    """Drive a serial run inside the running loop."""
    on_loop = drive_on_trio if running_loop() == "trio" else drive_on_asyncio
    compiled = compile_plan(run.plan) if is_compiled else None
    await on_loop(
        run, Schedule.SERIAL, max_workers=1, max_tasks=9, grace_s=grace_s, compiled=compiled
    )


def serial_run(plan: Plan) -> RunState:
    return new_run(plan, Schedule.SERIAL)


def states(run: RunState) -> list[str]:
    return list(states_of(run).values())


class _Turns(asyncio.SelectorEventLoop):
    """An asyncio loop that does something at one of its turns, whatever else happens then."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.act: Callable[[], object] | None = None

    def _run_once(self) -> None:
        if self.act is not None:
            self.at -= 1
            if self.at < 0:
                act, self.act = self.act, None
                act()
        super()._run_once()  # type: ignore[misc]  # what run_forever repeats


class Told(NamedTuple):
    """What there is to tell of a cancelled run."""

    events: list[object]
    states: list[str]
    is_same: bool
    cancelling: int
    tasks_left: int
    is_cancelled: bool


Moment = Callable[[object], None]


def _eventful(moment: Moment) -> Plan:
    """Return a plan that suspends, does not, cleans up with awaits, and swallows a cancellation."""

    async def at_once(x: int) -> int:
        moment("at once")
        return x + 1

    async def waits(x: int) -> int:
        await turn()
        moment("waits")
        await turn()
        moment("has waited")
        return x + 1

    async def cleans_up(x: int) -> int:
        with on_cancel(lambda: moment("told")):
            try:
                await turn()
                moment("may clean up")
                await turn()
            finally:
                moment("cleans up")
                with trio.CancelScope(shield=True) if running_loop() == "trio" else nullcontext():
                    await turn()
                moment("clean")
        return x + 1

    async def swallows(x: int) -> int:
        try:
            await turn()
        except asyncio.CancelledError:  # on trio nobody may swallow one
            moment("swallowed")
            await turn()
        moment("perhaps swallowed")
        return x + 1

    async def translates(x: int) -> int:
        try:
            moment("translates")
            await turn()
        except (asyncio.CancelledError, trio.Cancelled) as error:
            raise OSError("instead") from error
        return x + 1

    sketch = Sketch("eventful")
    takes = "x"
    for round_number in range(2):
        for handler in (at_once, waits, at_once, cleans_up, swallows, at_once, translates):
            name = f"{handler.__name__} {round_number} {takes}"
            sketch.vertex(name, handler, takes, is_async=True)
            takes = name
    return sketch.plan()


def _cancelled_at(turn_number: int, *, is_compiled: bool) -> Told:
    """Cancel the host at a turn of the loop and tell what came of it."""
    events: list[object] = []
    run = serial_run(_eventful(events.append))
    told: list[Told] = []

    async def host() -> None:
        me = asyncio.current_task()
        assert me is not None
        others = asyncio.all_tasks()
        loop.act = me.cancel
        spied = Spied(drive(run, is_compiled=is_compiled))
        is_same = is_cancelled = False
        try:
            await spied
        except asyncio.CancelledError as error:
            is_cancelled = True
            is_same = error is spied.thrown[0]
            events.extend(getattr(error, "__notes__", ()))
        loop.act = None
        left = len(asyncio.all_tasks() - others)
        told.append(Told(events, states(run), is_same, me.cancelling(), left, is_cancelled))

    loop = _Turns(turn_number)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.get_loop().run_until_complete(host())
    return told[0]


@pytest.mark.parametrize("slice_s", [-1.0, 1e9], ids=["pausing", "going on"])
def test_cancelled_at_any_turn_of_the_loop_it_comes_to_the_same(
    slice_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_slices(monkeypatch, slice_s)
    for at in range(100):
        compiled = _cancelled_at(at, is_compiled=True)

        assert compiled == _cancelled_at(at, is_compiled=False), at
        assert compiled.tasks_left == 0
        if not compiled.is_cancelled:
            assert at > 15
            assert set(compiled.states) == {"succeeded"}
            return
        assert compiled.is_same
        assert compiled.cancelling == 1
    pytest.fail("every run was cancelled")


def _cancelled_at_moment(
    at: int, backend: str, *, is_compiled: bool
) -> tuple[list[object], list[str]]:
    """Cancel the host at a moment inside a handler; return what happened, and the states."""
    events: list[object] = []
    fire: Callable[[], object] = lambda: None  # noqa: E731 - replaced below

    def moment(event: object) -> None:
        events.append(event)
        if len(events) == at:
            fire()

    run = serial_run(_eventful(moment))

    async def on_trio() -> None:
        nonlocal fire
        with trio.CancelScope() as scope:
            fire = scope.cancel
            if at <= 0:
                fire()
            await drive(run, is_compiled=is_compiled)
        events.append(("caught", scope.cancelled_caught))

    async def on_asyncio() -> None:
        nonlocal fire
        task = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        fire = task.cancel
        await asyncio.wait([task])
        events.append(("caught", task.cancelled()))

    if backend == "trio":
        # Whether the host or the handler hears of it first is trio's to choose, by chance.
        inside = trio._core._run  # noqa: SLF001 - as plugins for tests of trio do
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inside, "_r", random.Random(at))
            patch.setattr(inside, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
            trio.run(on_trio)
    else:
        asyncio.run(on_asyncio())
    assert [a != NO_TIME for a in run.started] == [b != NO_TIME for b in run.ended]
    return events, states(run)


@pytest.mark.parametrize("slice_s", [-1.0, 1e9], ids=["pausing", "going on"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelled_at_any_moment_inside_a_handler_it_comes_to_the_same(
    backend: str, slice_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_slices(monkeypatch, slice_s)
    found: set[str] = set()
    # Before the first moment the host is cancelled before it drives, in several orders of tasks.
    for at in range(-5 if backend == "trio" else 1, 40):
        compiled = _cancelled_at_moment(at, backend, is_compiled=True)
        assert compiled == _cancelled_at_moment(at, backend, is_compiled=False), at
        found |= set(compiled[1])
        if compiled[0][-1] == ("caught", False):
            assert at > 15
            assert found == {"succeeded", "cancelled", "failed", "skipped"}
            return
    pytest.fail("every run was cancelled")


@both_ways
def test_a_handler_that_outlives_a_cancellation_of_trio_is_the_last_one(
    is_compiled: bool,
) -> None:
    begun: list[str] = []

    async def shielded(x: int) -> int:
        begun.append("shielded")
        with trio.CancelScope(shield=True):
            scope.cancel()
            for _ in range(3):
                await trio.lowlevel.checkpoint()
        return x

    async def after(x: int) -> int:
        begun.append("after")
        return x

    run = serial_run(
        Sketch()
        .vertex("shielded", shielded, "x", is_async=True)
        .vertex("after", after, "shielded", is_async=True)
        .plan()
    )

    async def main() -> None:
        with scope:
            await drive(run, is_compiled=is_compiled)

    scope = trio.CancelScope()
    trio.run(main)

    assert scope.cancelled_caught
    assert begun == ["shielded"]
    assert states(run) == ["succeeded", "skipped"]


@both_ways
def test_a_handler_that_ignores_its_cancellation_is_cancelled_again_after_its_grace(
    is_compiled: bool, caplog: pytest.LogCaptureFixture
) -> None:
    swallowed = 0

    async def fine(x: int) -> int:
        return x

    async def stubborn(_: int) -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                loop.call_soon(loop.jump, 60.0)
                if swallowed == 4:
                    raise

    run = serial_run(
        Sketch()
        .vertex("fine", fine, "x", is_async=True)
        .vertex("stubborn", stubborn, "fine", is_async=True)
        .vertex("after", fine, "stubborn", is_async=True)
        .plan()
    )

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled, grace_s=50.0))
        for _ in range(3):
            await asyncio.sleep(0)
        host.cancel()
        await asyncio.wait([host])
        assert host.cancelled()

    loop = JumpLoop()
    with (
        caplog.at_level(logging.WARNING, logger="hbia_dsl"),
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        runner.run(main())

    assert swallowed == 4
    assert "still waits for vertex `stubborn`" in caplog.messages[0]
    assert states(run) == ["succeeded", "cancelled", "skipped"]


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have carriers let the other tasks run after every vertex."""
    _set_slices(monkeypatch, -1.0)


def _set_slices(monkeypatch: pytest.MonkeyPatch, slice_s: float) -> None:
    """Set how long carriers go on without letting other tasks run."""
    for module in (hbia_dsl.drivers.carriers, hbia_dsl.drivers.lowered_carriers):
        monkeypatch.setattr(module, "SLICE_S", slice_s)


def _noting(notes: list[object], count: int = 4) -> Plan:
    """Return a chain of handlers that never suspend."""

    async def handler(x: int) -> int:
        notes.append(x)
        return x + 1

    sketch = Sketch("noting")
    for k in range(count):
        sketch.vertex(f"v{k}", handler, f"v{k - 1}" if k else "x", is_async=True)
    return sketch.plan()


async def _turns_until(count: int, notes: list[object]) -> None:
    """Take turns of the loop until there are so many notes."""
    for _ in range(1_000):
        if len(notes) >= count:
            return
        await asyncio.sleep(0)
    pytest.fail("it does not get there")


@both_ways
@pytest.mark.usefixtures("short_slices")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_other_tasks_get_their_turn_between_vertices_that_do_not_suspend(
    backend: Literal["asyncio", "trio"], is_compiled: bool
) -> None:
    notes: list[object] = []
    run = serial_run(_noting(notes))

    async def beside() -> None:
        for _ in range(12):
            notes.append("beside")
            await turn()

    async def on_trio() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(beside)
            await drive(run, is_compiled=is_compiled)

    async def on_asyncio() -> None:
        task = asyncio.create_task(beside())
        await drive(run, is_compiled=is_compiled)
        await task

    if backend == "trio":
        trio.run(on_trio)
    else:
        asyncio.run(on_asyncio())

    # trio takes the tasks that may go on in any order.
    assert notes[notes.index(1) : notes.index(4)].count("beside") >= 2
    assert run.slots[-1] == 5
    times = [moment for pair in zip(run.started, run.ended, strict=True) for moment in pair]
    assert times == sorted(times)
    assert all(a < b for a, b in zip(run.ended, run.started[1:], strict=False))


@pytest.mark.usefixtures("short_slices")
@both_ways
def test_a_host_that_is_cancelled_between_two_vertices_begins_no_more(is_compiled: bool) -> None:
    notes: list[object] = []
    run = serial_run(_noting(notes, 6))

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        await _turns_until(2, notes)
        host.cancel("mine")
        with pytest.raises(asyncio.CancelledError, match="mine"):
            await host

    asyncio.run(main())

    # Cancelled is the host, and before it gets its turn the carrier has one more.
    assert notes == [1, 2, 3]
    assert states(run) == ["succeeded"] * 3 + ["skipped"] * 3


@pytest.mark.usefixtures("short_slices")
@both_ways
def test_a_carrier_that_somebody_cancels_between_two_vertices_is_replaced(
    is_compiled: bool,
) -> None:
    notes: list[object] = []
    run = serial_run(_noting(notes))

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        await _turns_until(2, notes)
        for task in asyncio.all_tasks() - {host, asyncio.current_task()}:
            task.cancel()
        await host

    asyncio.run(main())

    assert notes == [1, 2, 3, 4]
    assert states(run) == ["succeeded"] * 4
    assert run.slots[-1] == 5


@both_ways
def test_a_carrier_that_somebody_cancels_before_it_begins_is_replaced(is_compiled: bool) -> None:
    notes: list[object] = []
    run = serial_run(_noting(notes))

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {host, asyncio.current_task()}:
            task.cancel()
        await host

    asyncio.run(main())

    assert notes == [1, 2, 3, 4]


@both_ways
def test_a_vertex_whose_task_somebody_cancels_has_failed(is_compiled: bool) -> None:
    async def waits(_: int) -> None:
        await asyncio.Event().wait()

    plan = Sketch().vertex("waits", waits, "x", is_async=True).vertex("after", total, "waits")
    run = serial_run(plan.plan(Colour.ASYNC))

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        for _ in range(3):
            await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {host, asyncio.current_task()}:
            task.cancel()
        await host

    asyncio.run(main())

    assert states(run) == ["failed", "pending"]


@pytest.mark.parametrize("driver", ON_ASYNCIO, ids=str)
def test_after_a_vertex_that_cancelled_its_task_others_go_on_in_another_one(
    driver: Driver,
) -> None:
    tasks: list[object] = []

    async def handler(x: int) -> int:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        if len(tasks) == 3:
            task.cancel()
        return x + 1

    sketch = Sketch()
    for k in range(6):
        sketch.vertex(f"v{k}", handler, f"v{k - 1}" if k else "x", is_async=True)
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert outcome.run.slots[-1] == 7
    assert [tasks.index(task) for task in tasks] == [0, 0, 0, 3, 3, 3]


@both_ways
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_handlers_run_in_one_task_that_is_not_the_host(
    backend: Literal["asyncio", "trio"], is_compiled: bool
) -> None:
    tasks: set[object] = set()

    def current() -> object:
        return trio.lowlevel.current_task() if backend == "trio" else asyncio.current_task()

    async def handler(x: int) -> int:
        tasks.add(current())
        if x % 2:
            await turn()
        tasks.add(current())
        return x + 1

    sketch = Sketch()
    for k in range(6):
        sketch.vertex(f"v{k}", handler, f"v{k - 1}" if k else "x", is_async=True)
    run = serial_run(sketch.plan())

    async def main() -> None:
        await drive(run, is_compiled=is_compiled)
        assert len(tasks) == 1
        assert current() not in tasks

    if backend == "trio":
        trio.run(main)
    else:
        asyncio.run(main())

    assert run.slots[-1] == 7


class _Later:
    """Can be awaited, and is no coroutine."""

    def __await__(self) -> Generator[object, object, int]:
        yield from turn().__await__()
        return 3


@pytest.mark.parametrize("driver", COMPILED, ids=str)
def test_anything_that_can_be_awaited_is_and_the_rest_fails_as_in_the_plan(driver: Driver) -> None:
    plan = (
        Sketch()
        .vertex("later", lambda _: _Later(), "x", is_async=True)
        .vertex("neither", lambda _: 5, "later", is_async=True)
        .plan()
    )
    outcome = run_under(driver, plan)

    assert outcome.values == [("later", 3)]
    assert isinstance(outcome.error, FlowFailed)
    assert "an async handler gave a int, which cannot be awaited" in str(outcome.error.root)


@both_ways
def test_a_stop_of_the_run_around_it_reaches_a_run_inside(is_compiled: bool) -> None:
    cleaned: list[str] = []

    async def waits(_: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append("inner")

    inner = Sketch("inner").vertex("waits", waits, "x", is_async=True).plan()

    async def runs_inner(x: int) -> object:
        lowered = CompiledPlan(inner) if is_compiled else None
        return await execute_async(inner, {0: x}, RunOptions(), lowered=lowered)

    run = serial_run(Sketch("outer").vertex("outer", runs_inner, "x", is_async=True).plan())

    async def main() -> None:
        host = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        for _ in range(5):
            await asyncio.sleep(0)
        host.cancel()
        await asyncio.wait([host])

    asyncio.run(main())

    assert cleaned == ["inner"]
    assert states(run) == ["cancelled"]


@contextmanager
def _quiet_tasks(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Close a loop with tasks in it, without a complaint of asyncio's."""
    yield
    loop.close()
    for left in asyncio.all_tasks(loop):
        left._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - on purpose


@both_ways
def test_a_run_that_is_abandoned_with_its_loop_closes_its_handlers(is_compiled: bool) -> None:
    events: list[str] = []

    async def fine(x: int) -> int:
        return x

    async def waits(_: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("closed")

    async def after(_: object) -> None:
        events.append("ran what must not run")

    plan = (
        Sketch()
        .vertex("fine", fine, "x", is_async=True)
        .vertex("waits", waits, "fine", is_async=True)
        .vertex("after", after, "waits", is_async=True)
        .plan()
    )
    loop = asyncio.new_event_loop()
    task: Awaitable[None] = loop.create_task(drive(serial_run(plan), is_compiled=is_compiled))
    with _quiet_tasks(loop):
        for _ in range(3):
            loop.call_soon(loop.stop)
            loop.run_forever()
        assert events == []
    del task
    gc.collect()

    assert events == ["closed"]


@both_ways
def test_a_loop_that_is_shut_down_with_a_run_in_it_lets_its_handler_clean_up(
    is_compiled: bool,
) -> None:
    ended: list[str] = []

    async def handler(_: int) -> None:
        try:
            await asyncio.sleep(LONG_S)
        finally:
            await asyncio.sleep(0)
            ended.append("handler")

    run = serial_run(Sketch().vertex("a", handler, "x", is_async=True).plan())

    async def main() -> None:
        task = asyncio.ensure_future(drive(run, is_compiled=is_compiled))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not task.done()

    asyncio.run(main())  # which cancels what is left, in any order, and waits for it

    assert ended == ["handler"]
