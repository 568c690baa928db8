"""What runs at the same time, what never does, and how many at the most."""

import asyncio
import threading
from collections.abc import Callable

import pytest
import trio

from driver_matrix import (
    DRIVERS,
    EAGER,
    LOOPS,
    PARALLEL,
    PARALLEL_LOOPS,
    STAGED,
    Driver,
    Limits,
    new_run,
    run_under,
)
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.trio_loop import drive_on_trio
from hbia_dsl.kernel.kernel import Schedule
from sample_plans import Colour, Sketch, layers, total, turn

EAGER_LOOPS = [driver for driver in LOOPS if driver.schedule is Schedule.EAGER]


class Meeting:
    """Counts who is in it at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.most = 0

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1


class AsyncBarrier:
    """Lets tasks go on once so many of them wait, again and again."""

    def __init__(self, parties: int) -> None:
        self.parties = parties
        self.arrived = 0

    async def wait(self) -> None:
        self.arrived += 1
        goal = -(-self.arrived // self.parties) * self.parties
        for _ in range(10_000):
            if self.arrived >= goal:
                return
            await turn()
        raise TimeoutError("nobody else came")


def _beside_each_other(width: int, handler: Callable[..., object], *, is_async: bool) -> Sketch:
    sketch = Sketch()
    for k in range(width):
        sketch.vertex(f"v{k}", handler, "x", is_async=is_async)
    return sketch


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
@pytest.mark.parametrize("max_workers", [2, 3, 5])
def test_as_many_threads_run_at_once_as_allowed_and_no_more(
    driver: Driver, max_workers: int
) -> None:
    meeting = Meeting()
    together = threading.Barrier(max_workers)

    def handler(_: int) -> None:
        meeting.enter()
        together.wait(10)  # passes only if as many as are allowed are here
        meeting.leave()

    plan = _beside_each_other(4 * max_workers, handler, is_async=False).plan()
    outcome = run_under(driver, plan, limits=Limits(max_workers=max_workers))

    assert outcome.error is None
    assert meeting.most == max_workers


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
@pytest.mark.parametrize("max_tasks", [1, 3])
def test_as_many_tasks_wait_at_once_as_allowed_and_no_more(driver: Driver, max_tasks: int) -> None:
    meeting = Meeting()
    together = AsyncBarrier(max_tasks)

    async def handler(_: int) -> None:
        meeting.enter()
        await together.wait()
        await turn()
        meeting.leave()

    plan = _beside_each_other(4 * max_tasks, handler, is_async=True).plan()
    outcome = run_under(driver, plan, limits=Limits(max_tasks=max_tasks))

    assert outcome.error is None
    assert meeting.most == max_tasks


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_async_vertices_of_a_stage_all_wait_together(driver: Driver) -> None:
    together = AsyncBarrier(200)

    async def handler(_: int) -> None:
        await together.wait()

    outcome = run_under(driver, _beside_each_other(200, handler, is_async=True).plan())

    assert outcome.error is None


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_threads_and_tasks_overlap(driver: Driver) -> None:
    is_thread_here, is_task_here = threading.Event(), threading.Event()

    def on_a_thread(_: int) -> bool:
        is_thread_here.set()
        return is_task_here.wait(10)

    async def as_a_task(_: int) -> bool:
        is_task_here.set()
        while not is_thread_here.is_set():
            await turn()
        return True

    sketch = (
        Sketch()
        .vertex("thread", on_a_thread, "x", is_async=False)
        .vertex("task", as_a_task, "x", is_async=True)
    )
    outcome = run_under(driver, sketch.plan())

    assert outcome.values == [("thread", True), ("task", True)]


@pytest.mark.parametrize("driver", [d for d in DRIVERS if d.schedule is Schedule.SERIAL], ids=str)
@pytest.mark.parametrize("colour", Colour)
def test_a_serial_run_takes_vertices_one_by_one_in_canonical_order(
    driver: Driver, colour: Colour
) -> None:
    if colour is not Colour.SYNC and not driver.runs_async:
        return
    begun: list[str] = []
    meeting = Meeting()

    def noting(name: str) -> Callable[..., int]:
        def handler(*values: int) -> int:
            meeting.enter()
            begun.append(name)
            meeting.leave()
            return total(*values)

        return handler

    sketch = Sketch()
    for name, takes in (("z", "x"), ("y", "x"), ("a", "z"), ("b", "y"), ("m", "x")):
        sketch.vertex(name, noting(name), takes)
    outcome = run_under(driver, sketch.plan(colour))

    assert outcome.error is None
    assert begun == ["z", "y", "m", "a", "b"]
    assert meeting.most == 1


def _two_chains() -> tuple[Sketch, list[str]]:
    """Return `slow`, which ends once `quick after` has begun, and `quick` before that."""
    begun = threading.Event()
    order: list[str] = []

    def slow(_: int) -> bool:
        is_there = begun.wait(0.1)
        order.append("slow")
        return is_there

    def quick(_: int) -> int:
        return 1

    def quick_after(_: int) -> int:
        order.append("quick after")
        begun.set()
        return 2

    sketch = (
        Sketch()
        .vertex("slow", slow, "x")
        .vertex("quick", quick, "x")
        .vertex("quick after", quick_after, "quick")
    )
    return sketch, order


@pytest.mark.parametrize("driver", [EAGER, *EAGER_LOOPS], ids=str)
def test_an_eager_run_starts_a_vertex_as_soon_as_its_own_inputs_are_there(driver: Driver) -> None:
    sketch, order = _two_chains()
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert order == ["quick after", "slow"]


@pytest.mark.parametrize("driver", [d for d in PARALLEL if d.schedule is Schedule.STAGES], ids=str)
def test_a_stage_begins_only_when_the_one_before_it_has_ended(driver: Driver) -> None:
    sketch, order = _two_chains()
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert order == ["slow", "quick after"]


def _two_async_chains() -> tuple[Sketch, list[str]]:
    order: list[str] = []

    async def slow(_: int) -> None:
        for _ in range(50):
            await turn()
        order.append("slow")

    async def quick(_: int) -> None:
        await turn()

    async def quick_after(_: None) -> None:
        await turn()
        order.append("quick after")

    sketch = (
        Sketch()
        .vertex("slow", slow, "x", is_async=True)
        .vertex("quick", quick, "x", is_async=True)
        .vertex("quick after", quick_after, "quick", is_async=True)
    )
    return sketch, order


@pytest.mark.parametrize("driver", PARALLEL_LOOPS, ids=str)
def test_stages_and_eager_runs_hold_for_tasks_too(driver: Driver) -> None:
    sketch, order = _two_async_chains()
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    expected = (
        ["quick after", "slow"] if driver.schedule is Schedule.EAGER else ["slow", "quick after"]
    )
    assert order == expected


@pytest.mark.parametrize("driver", [d for d in PARALLEL if d is not STAGED], ids=str)
def test_members_of_a_serial_group_never_overlap_while_others_do(driver: Driver) -> None:
    meeting = Meeting()
    outside = threading.Event()

    def member(_: int) -> None:
        meeting.enter()
        outside.wait(10)
        meeting.leave()

    def outsider(_: int) -> None:
        assert meeting.inside <= 1
        outside.set()

    sketch = Sketch()
    for k in range(4):
        sketch.vertex(f"m{k}", member, "x")
    sketch.vertex("outsider", outsider, "x").group("m0", "m1", "m2", "m3")
    outcome = run_under(driver, sketch.plan())

    assert outcome.error is None
    assert meeting.most == 1


@pytest.mark.parametrize("driver", DRIVERS, ids=str)
def test_a_run_has_times_for_every_vertex_in_the_order_of_the_data(driver: Driver) -> None:
    run = run_under(driver, layers(4, 5).plan()).run

    assert all(0 < begun <= ended for begun, ended in zip(run.started, run.ended, strict=True))
    for v, successors in enumerate(run.plan.successors):
        assert all(run.ended[v] <= run.started[s] for s in successors)


def test_one_worker_is_enough_for_everything() -> None:
    for driver in DRIVERS:
        outcome = run_under(driver, layers(4, 5).plan(), limits=Limits(max_workers=1, max_tasks=1))
        assert outcome.error is None, driver
    for driver in LOOPS:
        plan = layers(4, 5).plan(Colour.MIXED)
        outcome = run_under(driver, plan, limits=Limits(max_workers=1, max_tasks=1))
        assert outcome.error is None, driver


@pytest.mark.parametrize("schedule", Schedule)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_vertices_that_do_not_suspend_let_other_tasks_of_the_loop_have_their_turn(
    backend: str, schedule: Schedule
) -> None:
    turns = 0

    async def handler(value: int) -> int:
        for _ in range(20_000):
            pass
        return value + 1

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await turn()

    sketch = Sketch()
    for k in range(200):
        sketch.vertex(f"v{k}", handler, f"v{k - 1}" if k else "x", is_async=True)
    run = new_run(sketch.plan(), schedule)

    async def on_asyncio() -> None:
        other = asyncio.create_task(count_turns())
        await asyncio.sleep(0)
        await drive_on_asyncio(run, schedule, max_workers=1, max_tasks=9, grace_s=1)
        other.cancel()

    async def on_trio() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(count_turns)
            await drive_on_trio(run, schedule, max_workers=1, max_tasks=9, grace_s=1)
            nursery.cancel_scope.cancel()

    if backend == "trio":
        trio.run(on_trio)
    else:
        asyncio.run(on_asyncio())
    assert run.slots[-1] == 201
    assert turns > 3
