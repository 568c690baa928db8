"""Groups at once on one database: the one that gives way is told so, and no update is lost."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final

import pytest

from database_worlds import Group, SqliteWorld, World, execute, run
from hbia_dsl.atomicity import SqliteTransaction, TransactionSource
from hbia_dsl.atomicity.failure_reading import read_failure

SYNC: Final = ["sqlite3", "sqlalchemy/sqlite", "sqlalchemy/postgres", "psycopg"]
THREADS: Final = 10
INCREMENTS: Final = 4
SET: Final = "UPDATE account SET amount = {amount} WHERE id = {id}"


def increment(world: World) -> int:
    """Read the amount and write it back plus one, until that goes through; count the attempts."""
    attempts = 0

    async def attempt() -> bool:
        group = Group(world.source, world.kinds[0])

        async def read_and_write(target: object) -> None:
            found = await execute(target, "SELECT amount FROM account WHERE id = 1")
            amount = found.fetchone()[0]  # type: ignore[attr-defined]  # each driver's cursor has it
            await execute(target, SET.format(amount=amount + 1, id=1))

        try:
            await group.begin()
            await group.member_does(read_and_write)
            await group.commit()
        except Exception as error:
            await group.rollback()
            if group.unit.failure_kind(error) != "conflict":
                raise
            return False
        finally:
            await group.close()
        return True

    while attempts < 1000:
        attempts += 1
        if run(attempt):
            return attempts
    raise AssertionError("it never went through")


def together(count: int, work: Callable[[int], object]) -> list[BaseException]:
    """Run work on several threads that start at once; return what they raised."""
    start = threading.Barrier(count)
    errors: list[BaseException] = []

    def one(index: int) -> None:
        start.wait()
        try:
            work(index)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            errors.append(error)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize("world", SYNC, indirect=True)
def test_ten_threads_lose_no_update(world: World) -> None:
    errors = together(THREADS, lambda _: [increment(world) for _ in range(INCREMENTS)])

    assert not errors
    assert world.rows() == [(1, 100 + THREADS * INCREMENTS)]


@pytest.mark.parametrize("world", ["sqlalchemy/postgres", "psycopg"], indirect=True)
def test_of_two_that_read_and_write_the_same_one_must_run_again(world: World) -> None:
    """Without a thread: both read, the first one commits, the second one is told."""

    async def body() -> None:
        groups = [Group(world.source, world.kinds[0]) for _ in range(2)]
        for group in groups:
            await group.begin()
            await group.member("SELECT amount FROM account WHERE id = 1")
        await groups[0].member("UPDATE account SET amount = 1 WHERE id = 1")
        await groups[0].commit()
        with pytest.raises(Exception, match="could not serialize") as failed:
            await groups[1].member("UPDATE account SET amount = 2 WHERE id = 1")
        kind = groups[1].unit.failure_kind(failed.value)
        for group in groups:
            await group.close()

        assert (kind, world.rows()) == ("conflict", [(1, 1)])

    run(body)


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
def test_a_conflict_that_a_member_hid_still_has_the_group_run_again(world: World) -> None:
    async def body() -> None:
        groups = [Group(world.source, world.kinds[0]) for _ in range(2)]
        for group in groups:
            await group.begin()
            await group.member("SELECT amount FROM account WHERE id = 1")
        await groups[0].member("UPDATE account SET amount = 1 WHERE id = 1")
        await groups[0].commit()

        async def careless(target: object) -> None:
            with pytest.raises(Exception, match="could not serialize"):
                await execute(target, "UPDATE account SET amount = 2 WHERE id = 1")

        await groups[1].member_does(careless)
        with pytest.raises(Exception, match="went on") as failed:
            await groups[1].commit()
        kind = groups[1].unit.failure_kind(failed.value)
        for group in groups:
            await group.close()

        assert (kind, world.rows()) == ("conflict", [(1, 1)])

    run(body)


@pytest.mark.parametrize("world", ["sqlalchemy/postgres", "psycopg"], indirect=True)
def test_a_deadlock_is_a_conflict(world: World) -> None:
    async def set_up() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member("INSERT INTO account VALUES (2, 100)")
        await group.commit()
        await group.close()

    run(set_up)
    both_hold_one = threading.Barrier(2)
    kinds: list[str] = []

    def cross(index: int) -> None:
        async def body() -> None:
            group = Group(world.source, world.kinds[0])
            await group.begin()
            try:
                await group.member("SET LOCAL deadlock_timeout = '10ms'")
                await group.member(SET.format(amount=0, id=1 + index))
                both_hold_one.wait()
                await group.member(SET.format(amount=0, id=2 - index))
                await group.commit()
            except Exception as error:  # noqa: BLE001 - any, it is classified
                kinds.append(group.unit.failure_kind(error))
            await group.close()

        run(body)

    assert not together(2, cross)
    assert kinds == ["conflict"]


@pytest.mark.parametrize("world", ["sqlite3", "sqlalchemy/sqlite"], indirect=True)
def test_a_file_that_stays_busy_is_a_conflict(world: World) -> None:
    assert isinstance(world, SqliteWorld)
    source: TransactionSource = world.source
    if world.source.resources == ("sqlite3.Connection",):
        source = SqliteTransaction(world.path, busy_timeout_s=0.05)
    else:
        import sqlalchemy

        from hbia_dsl.atomicity import SqlAlchemyTransaction

        engine = sqlalchemy.create_engine(
            f"sqlite:///{world.path}", connect_args={"timeout": 0.05}, poolclass=sqlalchemy.NullPool
        )
        source = SqlAlchemyTransaction(engine)
    unit = source.open()
    assert not unit.is_async
    with closing(sqlite3.connect(world.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="locked") as failed:
            unit.begin()
        kind = unit.failure_kind(failed.value)
        unit.rollback()
        unit.close()

    assert (kind, unit.outcome) == ("conflict", "rolled back")


@pytest.mark.parametrize("world", ["sqlite3"], indirect=True)
def test_waiting_for_the_file_can_be_interrupted(world: World) -> None:
    assert isinstance(world, SqliteWorld)
    unit = SqliteTransaction(world.path, busy_timeout_s=60).open()
    assert not unit.is_async
    with closing(sqlite3.connect(world.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        threading.Timer(0.05, unit.interrupt).start()
        with pytest.raises(sqlite3.OperationalError):
            unit.begin()
        took_s = time.monotonic() - began
        unit.close()

    assert took_s < 30


@pytest.mark.parametrize("world", ["sqlite3", "sqlalchemy/sqlite"], indirect=True)
def test_a_running_statement_of_sqlite_can_be_interrupted(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member("UPDATE account SET amount = 0 WHERE id = 1")
        done = threading.Event()

        def interrupt() -> None:
            while not done.wait(0.02):  # until it has struck
                group.unit.interrupt()

        other = threading.Thread(target=interrupt)
        other.start()
        endless = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        )
        with pytest.raises(Exception, match="interrupted") as failed:
            await group.member_does(lambda target: _fetch(target, endless))
        done.set()
        other.join()
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()
        group.unit.interrupt()

        assert (kind, world.rows()) == ("other", [(1, 100)])

    run(body)


async def _fetch(target: object, sql: str) -> object:
    found = await execute(target, sql)
    return found.fetchall()  # type: ignore[attr-defined]  # each driver's cursor has it


class SerializationError(Exception):
    """As a driver would raise it."""

    sqlstate = "40001"


def test_a_failure_is_read_through_what_was_raised_from_it() -> None:
    outer = ValueError("no payment")
    outer.__cause__ = SerializationError()

    assert read_failure(outer) == "conflict"
    assert read_failure(ExceptionGroup("two", [KeyError(), outer])) == "conflict"
    assert read_failure(ValueError()) == "other"


def test_a_failure_raised_from_itself_is_read_all_the_same() -> None:
    first, second = ValueError(), SerializationError()
    first.__cause__, second.__cause__ = second, first

    assert read_failure(first) == "conflict"
