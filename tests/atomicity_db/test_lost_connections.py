"""A connection that is lost: before COMMIT the server rolls back, during COMMIT nobody knows."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from cutting_proxy import CutAt, CuttingProxy, cutting_proxy
from database_worlds import (
    Group,
    PostgresWorld,
    World,
    execute,
    run,
    settle,
    with_driver,
)
from hbia_dsl.atomicity import PostgresTransaction, SqlAlchemyTransaction, TransactionSource
from hbia_dsl.declare.resource_types import serves
from hbia_dsl.errors import AtomicCommitUnknownError, AtomicError

POSTGRES: Final = ["psycopg", "sqlalchemy/postgres", "async sqlalchemy/postgres"]
PAY: Final = "UPDATE account SET amount = amount - 30 WHERE id = 1"

every_postgres = pytest.mark.parametrize("world", POSTGRES, indirect=True)


async def _finish(group: Group, member: Callable[[object], object]) -> None:
    """Run the last member and commit."""
    await group.member_does(member)
    await group.commit()


def kill_others(world: World) -> None:
    """Have the server end all connections to this database but the one that asks."""
    assert isinstance(world, PostgresWorld)
    with closing(psycopg.connect(world.uri, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )


def kill_the_sleeping(uri: str) -> None:
    """End the connection that runs pg_sleep, once it does."""
    with closing(psycopg.connect(uri, autocommit=True)) as connection:
        for _ in range(1000):
            found = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'active'"
                " AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
            ).fetchall()
            if found:
                return
            connection.execute("SELECT pg_sleep(0.005)")


@every_postgres
def test_killed_between_two_members_it_is_lost_and_rolled_back(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        kill_others(world)
        with pytest.raises(Exception, match=r".") as failed:
            await group.member(PAY)
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()

        assert (kind, group.unit.outcome) == ("lost", "rolled back")
        assert world.rows() == [(1, 100)]

    run(body)


@every_postgres
def test_killed_after_the_last_member_it_is_lost_and_not_unknown(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        kill_others(world)
        with pytest.raises(Exception, match=r".") as failed:
            await group.commit()
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()

        assert not isinstance(failed.value, AtomicError)
        assert (kind, group.unit.outcome) == ("lost", "rolled back")
        assert world.rows() == [(1, 100)]

    run(body)


@every_postgres
def test_killed_while_a_statement_runs_it_is_lost(world: World) -> None:
    async def body() -> None:
        assert isinstance(world, PostgresWorld)
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        killer = threading.Thread(target=kill_the_sleeping, args=(world.uri,))
        killer.start()
        with pytest.raises(Exception, match=r".") as failed:
            await group.member("SELECT pg_sleep(60)")
        killer.join()
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()

        assert (kind, world.rows()) == ("lost", [(1, 100)])

    run(body)


@every_postgres
def test_a_lost_connection_that_its_member_hid_fails_the_group(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)

        async def careless(target: object) -> None:
            kill_others(world)
            with pytest.raises(Exception, match=r"."):
                await execute(target, PAY)

        with pytest.raises(Exception, match=r".") as failed:
            await _finish(group, careless)
        kind = group.unit.failure_kind(failed.value)
        await group.close()

        assert (kind, world.rows()) == ("lost", [(1, 100)])

    run(body)


@every_postgres
@pytest.mark.parametrize("ending", ["rollback", "close"])
def test_ending_a_dead_connection_raises_nothing(world: World, ending: str) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        kill_others(world)
        await getattr(group, ending)()
        await group.close()

        assert group.unit.outcome == "rolled back"
        assert group.unit.troubles
        assert world.rows() == [(1, 100)]

    run(body)


@every_postgres
def test_after_a_loss_the_next_attempt_works(world: World) -> None:
    async def body() -> None:
        lost = Group(world.source, world.kinds[0])
        await lost.begin()
        kill_others(world)
        await lost.close()
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 70)]

    run(body)


def sources_through(uri: str) -> Iterator[TransactionSource]:
    """The sources of the three drivers, all through one proxy."""
    url = uri.replace("postgresql:", "postgresql+psycopg:")
    yield PostgresTransaction(uri)
    yield SqlAlchemyTransaction(sqlalchemy.create_engine(url, poolclass=NullPool))
    yield SqlAlchemyTransaction(create_async_engine(url, poolclass=NullPool))


async def _pay_until_cut(
    proxy: CuttingProxy, source: TransactionSource, marker: bytes
) -> tuple[BaseException, Group]:
    kinds: tuple[type, ...] = (psycopg.Connection, sqlalchemy.Connection, AsyncConnection)
    kind = next(kind for kind in kinds if serves(source, kind))
    group = Group(source, kind)
    proxy.marker = None
    await group.begin()
    proxy.marker = re.compile(marker)
    with pytest.raises(Exception, match=r".") as failed:
        await _finish(group, lambda target: execute(target, PAY))
    is_unknown = isinstance(failed.value, AtomicCommitUnknownError)
    assert group.unit.failure_kind(failed.value) == ("other" if is_unknown else "lost")
    await group.rollback()
    await group.close()
    return failed.value, group


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
@pytest.mark.parametrize("cut_at", ["request", "reply"])
def test_cut_during_commit_nobody_knows_and_it_says_so(world: World, cut_at: CutAt) -> None:
    """The rows show why: the same error to the client, and two different truths."""

    async def body() -> None:
        assert isinstance(world, PostgresWorld)
        amount = 100
        with cutting_proxy(world.uri) as (proxy, uri):
            proxy.cut_at = cut_at
            for source in sources_through(uri):
                failure, group = await _pay_until_cut(proxy, source, rb"\bCOMMIT\b")

                assert isinstance(failure, AtomicCommitUnknownError)
                assert group.unit.outcome == "unknown"
                amount -= 30 if cut_at == "reply" else 0
                await _until(world, amount)
            assert proxy.cuts == 3

    run(body)


async def _until(world: World, amount: int) -> None:
    """Wait for the server to finish what it was told before the cut."""
    for _ in range(1000):
        if world.rows() == [(1, amount)]:
            return
        await asyncio.sleep(0.01)
    assert world.rows() == [(1, amount)]


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
@pytest.mark.parametrize("cut_at", ["request", "reply"])
@pytest.mark.parametrize("marker", [b"UPDATE account", b"RELEASE"])
def test_cut_before_commit_it_is_lost_whatever_the_server_got(
    world: World, cut_at: CutAt, marker: bytes
) -> None:
    async def body() -> None:
        assert isinstance(world, PostgresWorld)
        with cutting_proxy(world.uri) as (proxy, uri):
            proxy.cut_at = cut_at
            for source in sources_through(uri):
                failure, group = await _pay_until_cut(proxy, source, marker)

                assert not isinstance(failure, AtomicError)
                assert group.unit.outcome == "rolled back"
            assert world.rows() == [(1, 100)]
            assert proxy.cuts == 3

    run(body)


def test_a_server_that_is_not_there_is_lost_and_one_that_says_no_is_not(
    postgres_uri: str,
) -> None:
    nowhere = PostgresTransaction("postgresql://postgres@127.0.0.1:9/postgres").open()
    refused = PostgresTransaction(postgres_uri.replace("/postgres?", "/no_such_database?")).open()
    kinds = []
    for unit in (nowhere, refused):
        assert not unit.is_async
        with pytest.raises(psycopg.OperationalError) as failed:
            unit.begin()
        kinds.append(unit.failure_kind(failed.value))
        unit.rollback()
        unit.close()

    assert kinds == ["lost", "other"]


@every_postgres
def test_an_error_at_commit_is_certain_and_not_unknown(world: World) -> None:
    """A deferred constraint is judged at COMMIT: the server answers, so it is known."""

    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(
            "CREATE TABLE child (parent INTEGER REFERENCES account DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO child VALUES (99)",
        )
        with pytest.raises(Exception, match="violates foreign key") as failed:
            await group.commit()
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()

        assert (kind, group.unit.outcome) == ("other", "rolled back")
        assert not group.unit.troubles

    run(body)


@pytest.mark.parametrize("world", ["psycopg", "sqlalchemy/postgres"], indirect=True)
def test_a_running_statement_can_be_interrupted_from_another_thread(world: World) -> None:
    async def body() -> None:
        assert isinstance(world, PostgresWorld)
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        done = threading.Event()

        def interrupt() -> None:
            # Until it has struck: the statement may not have begun yet.
            while not done.wait(0.02):
                group.unit.interrupt()

        other = threading.Thread(target=interrupt)
        other.start()
        with pytest.raises(Exception, match="canceling statement") as failed:
            await group.member("SELECT pg_sleep(60)")
        done.set()
        other.join()
        kind = group.unit.failure_kind(failed.value)
        await group.rollback()
        await group.close()
        group.unit.interrupt()  # too late: nothing happens

        assert (kind, world.rows()) == ("other", [(1, 100)])

    run(body)


@pytest.mark.parametrize("world", ["async sqlalchemy/postgres"], indirect=True)
def test_a_cancelled_group_gives_its_connection_back_to_the_pool(world: World) -> None:
    async def body() -> None:
        assert isinstance(world, PostgresWorld)
        engine = create_async_engine(with_driver(world.uri), pool_size=1, max_overflow=0)
        source = SqlAlchemyTransaction(engine)
        for round_ in range(6):
            group = Group(source, AsyncConnection)
            await group.begin()
            work = asyncio.ensure_future(group.member(PAY, "SELECT pg_sleep(60)"))
            for _ in range(round_ * 3):  # cancelled at one await after the other
                await asyncio.sleep(0)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            await group.rollback()
            await group.close()
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a pool that counts
        await engine.dispose()

        assert world.rows() == [(1, 100)]

    run(body)


@pytest.mark.parametrize("world", ["async sqlalchemy/postgres"], indirect=True)
def test_a_cancelled_task_leaves_nothing_running(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await group.member("SELECT pg_sleep(60)")
        await settle(group.unit.rollback())
        await group.close()

        assert world.rows() == [(1, 100)]

    run(body)
