"""Ten runs at once on one database: no update is lost, and no deadlock stays."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import ClassVar, Final

import pytest

from database_worlds import World, execute
from group_runs import ASYNCIO_SERIAL, MODES, is_async_world
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import group_run
from hbia_dsl.atomicity.group_run import MOST_ATTEMPTS

RUNS: Final = 10

SYNC_WORLDS: Final = ["sqlite3", "sqlalchemy/sqlite", "sqlalchemy/postgres", "psycopg"]
ASYNC_WORLDS: Final = ["async sqlalchemy/sqlite", "async sqlalchemy/postgres"]


class Counter:
    """Counts calls, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self) -> None:
        """Count one."""
        with self._lock:
            self.count += 1


async def read(db: object, row: int) -> int:
    """Read an amount."""
    answer = await execute(db, f"SELECT amount FROM account WHERE id = {row}")  # noqa: S608 - a number of ours
    (amount,) = answer.fetchone()  # type: ignore[attr-defined]  # each driver has its own class for it
    assert isinstance(amount, int)
    return amount


async def write(db: object, row: int, amount: int) -> None:
    """Write an amount."""
    await execute(db, f"UPDATE account SET amount = {amount} WHERE id = {row}")  # noqa: S608 - numbers of ours


def stepped(coroutine: Coroutine[object, object, int]) -> int:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value = end.value
        assert isinstance(value, int)
        return value
    raise AssertionError("it waits")


def transfer_flow(world: World, calls: Counter) -> Flow[..., object]:
    """Make a flow that reads an amount in one member, and writes one more in the next."""

    async def reads(row: int, db: object) -> int:
        calls.add()
        return await read(db, row)

    async def writes(row: int, amount: int, db: object) -> int:
        await write(db, row, amount + 1)
        return amount + 1

    def reads_here(row: int, db: object) -> int:
        return stepped(reads(row, db))

    def writes_here(row: int, amount: int, db: object) -> int:
        return stepped(writes(row, amount, db))

    is_async = is_async_world(world)
    first: Callable[..., object] = reads if is_async else reads_here
    second: Callable[..., object] = writes if is_async else writes_here
    members = []
    for name, function, bound in (("look", first, {}), ("put", second, {"amount": "look"})):
        function.__annotations__["db"] = world.kinds[0]
        declared = vertex(name=name, inputs=bound, effect="side_effect")(function)
        members.append(atomic(group="transfer")(declared))
    flow = Flow.of("transfers", *members)
    return flow.options(transactions={"transfer": world.source})


@pytest.mark.parametrize("world", SYNC_WORLDS, indirect=True)
def test_ten_runs_on_threads_lose_no_update(world: World) -> None:
    calls = Counter()
    flow = transfer_flow(world, calls)
    together = threading.Barrier(RUNS)
    errors: list[BaseException] = []

    def run() -> None:
        together.wait()
        try:
            flow.run(row=1)
        except FlowFailed as failed:
            errors.append(failed)

    threads = [threading.Thread(target=run) for _ in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert world.rows() == [(1, 100 + RUNS)]
    assert world.left_over() == []
    assert calls.count >= RUNS
    if world.is_postgres:
        assert calls.count > RUNS, "no conflict came, so nothing was tried again"


@pytest.mark.parametrize("world", ASYNC_WORLDS, indirect=True)
def test_ten_runs_in_tasks_lose_no_update(world: World) -> None:
    calls = Counter()
    flow = transfer_flow(world, calls)

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(RUNS):
                tasks.create_task(flow.run_async(row=1))

    asyncio.run(main())
    assert world.rows() == [(1, 100 + RUNS)]
    assert world.left_over() == []
    if world.is_postgres:
        assert calls.count > RUNS, "no conflict came, so nothing was tried again"


@pytest.mark.parametrize("world", ["sqlalchemy/postgres", "psycopg"], indirect=True)
def test_a_deadlock_is_resolved_by_running_one_of_them_again(world: World) -> None:
    both = threading.Barrier(2)
    calls = Counter()

    def crossing(name: str) -> Flow[..., object]:
        is_first_time = [True]

        def takes(own: int, db: object) -> int:
            calls.add()
            amount = stepped(read(db, own))
            step = write(db, own, amount + 1)
            with pytest.raises(StopIteration):
                step.send(None)
            if is_first_time[0]:
                is_first_time[0] = False
                both.wait(10)  # each has the row that the other one wants next
            return own

        def wants(own: int, other: int, db: object) -> int:
            amount = stepped(read(db, other))
            step = write(db, other, amount + 1)
            with pytest.raises(StopIteration):
                step.send(None)
            return own

        members = []
        for member, function, bound in (
            (f"takes_{name}", takes, {}),
            (f"wants_{name}", wants, {"own": f"takes_{name}"}),
        ):
            function.__annotations__["db"] = world.kinds[0]
            declared = vertex(name=member, inputs=bound, effect="side_effect")(function)
            members.append(atomic(group="g")(declared))
        return Flow.of(name, *members).options(transactions={"g": world.source})

    setup_flow(world)
    errors: list[BaseException] = []

    def run(flow: Flow[..., object], own: int, other: int) -> None:
        try:
            flow.run(own=own, other=other)
        except FlowFailed as failed:
            errors.append(failed)

    pair = [
        threading.Thread(target=run, args=(crossing("a"), 1, 2)),
        threading.Thread(target=run, args=(crossing("b"), 2, 1)),
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()

    assert errors == []
    assert calls.count == 3  # one of them was begun again
    assert world.rows() == [(1, 102), (2, 102)]


def setup_flow(world: World) -> None:
    """Put a second row into the table."""

    def adds(db: object) -> None:
        step = execute(db, "INSERT INTO account VALUES (2, 100)")
        with pytest.raises(StopIteration):
            step.send(None)

    adds.__annotations__["db"] = world.kinds[0]
    member = atomic(group="g")(vertex(effect="side_effect")(adds))
    Flow.of("setup", member).options(transactions={"g": world.source}).run()


def test_a_conflict_that_stays_fails_after_ten_attempts_with_the_databases_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group_run, "LONGEST_PAUSE_S", 0.001)
    calls = Counter()

    class Ledger:
        """Asks to begin again, for ever."""

        ends: ClassVar[list[str]] = []

        def failure_kind(self, error: BaseException) -> str:
            return "conflict" if isinstance(error, BlockingIOError) else "other"

        def commit(self) -> None:
            raise BlockingIOError("somebody was faster")

        def rollback(self) -> None:
            Ledger.ends.append("rollback")

    @atomic(group="g")
    @vertex(effect="side_effect")
    def put(x: int) -> int:
        calls.add()
        return x

    flow = Flow.of("f", put).options(transactions={"g": Ledger})
    for mode in (*MODES, ASYNCIO_SERIAL):
        calls.count = 0
        Ledger.ends.clear()
        with pytest.raises(FlowFailed) as failed:
            mode.run(flow, x=1)
        assert isinstance(failed.value.root, BlockingIOError)
        assert calls.count == MOST_ATTEMPTS["conflict"]
        assert Ledger.ends == ["rollback"] * MOST_ATTEMPTS["conflict"]
