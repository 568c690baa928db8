"""Whatever a member tries, its group's transaction goes on; and nothing of it is committed."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from database_worlds import Group, World, execute, run
from hbia_dsl.errors import AtomicBrokenError, AtomicStatementError

PAY = "UPDATE account SET amount = amount - 30 WHERE id = 1"
BOOK = "INSERT INTO account VALUES (2, 30)"

IN_SQL = (
    "COMMIT",
    "commit",
    "  /* now */ COMMIT -- really",
    "END",
    "COMMIT TRANSACTION",
    "ROLLBACK",
    "ROLLBACK TRANSACTION",
    "BEGIN",
    "RELEASE SAVEPOINT hbia_group",
    "ROLLBACK TO SAVEPOINT hbia_before",
    "SAVEPOINT hbia_before",
    'ROLLBACK TO SAVEPOINT "HBIA_before"',
)
IN_POSTGRES = (
    "ABORT",
    "START TRANSACTION",
    "PREPARE TRANSACTION 'later'",
    "COMMIT AND CHAIN",
    "SELECT 1; COMMIT",
    "SELECT ';'; /* ; /* */ */ commit; begin",
    "SELECT $$;$$, $a$ ' $a$; ROLLBACK",
)


def _enter(target: object) -> object:
    return cast(AbstractContextManager[object], target).__enter__()


def _script(target: object) -> object:
    return cast(sqlite3.Connection, target).executescript("INSERT INTO account VALUES (5, 5)")


def _cursor_script(target: object) -> object:
    return cast(sqlite3.Connection, target).cursor().executescript("SELECT 1")


def _plain_cursor_script(target: object) -> object:
    return cast(sqlite3.Connection, target).cursor(sqlite3.Cursor).executescript("SELECT 1")


def _plain_cursor_commit(target: object) -> object:
    return sqlite3.Cursor(cast(sqlite3.Connection, target)).execute("COMMIT")


def _below(name: str, *given: object) -> Callable[[object], object]:
    """Call a method of sqlite3 itself, past the guard's own."""
    method = cast(Callable[..., object], getattr(sqlite3.Connection, name))
    return lambda target: method(target, *given)


def _server_cursor(target: object) -> object:
    with cast(psycopg.Connection, target).cursor("big") as cursor:
        return cursor.execute(b"SELECT 1; COMMIT")


def _copy(target: object) -> object:
    with cast(psycopg.Connection, target).cursor().copy(b"COMMIT") as copy:
        return copy


def _many(target: object) -> object:
    return cast(sqlite3.Connection, target).cursor().executemany("COMMIT", [()])


def _many_in_postgres(target: object) -> object:
    cast(psycopg.Connection, target).cursor().executemany(b"COMMIT", [()])
    return None


def _composed(target: object) -> object:
    return cast(psycopg.Connection, target).execute(psycopg.sql.SQL("COM") + psycopg.sql.SQL("MIT"))


def _stream(target: object) -> object:
    return list(cast(psycopg.Connection, target).cursor().stream(b"COMMIT"))


def _root_commit(target: object) -> object:
    root = cast(sqlalchemy.Connection, target).get_transaction()
    assert root is not None
    root.commit()
    return None


def _root_rollback(target: object) -> object:
    root = cast(sqlalchemy.Connection, target).get_transaction()
    assert root is not None
    root.rollback()
    return None


def _session_connection(target: object) -> object:
    cast(Session, target).connection().commit()
    return None


def _text(target: object) -> object:
    return cast(sqlalchemy.Connection, target).execute(sqlalchemy.text(" commit"))


def _run_sql(sql: str) -> Callable[[object], object]:
    return lambda target: execute(target, sql)


def _call(name: str, *given: object) -> Callable[[object], object]:
    def attempt(target: object) -> object:
        return cast(Callable[..., object], getattr(target, name))(*given)

    attempt.__name__ = name
    return attempt


ATTEMPTS: dict[type, list[Callable[[object], object]]] = {
    sqlite3.Connection: [
        *(_call(name) for name in ("commit", "rollback", "close")),
        *(_enter, _script, _cursor_script, _many),
        _call("set_authorizer", None),
        _call("deserialize", b""),
        _call("backup", None),
        _call("execute", "ATTACH DATABASE ':memory:' AS other"),
    ],
    psycopg.Connection: [
        *(_call(name) for name in ("commit", "rollback", "close")),
        *(_enter, _server_cursor, _copy, _many_in_postgres, _composed, _stream),
        _call("tpc_begin", "1-2-3"),
    ],
    sqlalchemy.Connection: [
        *(_call(name) for name in ("commit", "rollback", "close", "begin")),
        *(_call(name) for name in ("invalidate", "detach", "begin_twophase")),
        *(_enter, _root_commit, _root_rollback, _text),
    ],
    Session: [_session_connection],
    AsyncConnection: [_call("commit"), _call("rollback"), _call("close")],
    AsyncSession: [],
}


def kinds_and_attempts(world: World) -> list[tuple[type, Callable[[object], object]]]:
    texts = IN_SQL + (IN_POSTGRES if world.is_postgres else ())
    found: list[tuple[type, Callable[[object], object]]] = []
    for kind in world.kinds:
        found += [(kind, attempt) for attempt in ATTEMPTS[kind]]
        found += [(kind, _run_sql(sql)) for sql in texts]
    return found


def test_every_attempt_is_refused_and_the_transaction_survives(world: World) -> None:
    async def body() -> None:
        for kind, attempt in kinds_and_attempts(world):
            group = Group(world.source, kind)
            await group.begin()
            await group.savepoint("before")
            await group.member(PAY)

            with pytest.raises(AtomicStatementError) as refused:
                await group.member_does(attempt)

            assert "is refused inside an atomic group" in str(refused.value)
            assert world.rows() == [(1, 100)]
            await group.member(BOOK)
            await group.rollback()
            await group.close()
            assert world.rows() == [(1, 100)]
            assert not group.unit.troubles

    run(body)


def test_after_every_refused_attempt_the_group_can_still_commit(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.savepoint("before")
        for kind, attempt in kinds_and_attempts(world):
            other = Group(world.source, kind)
            other.unit = group.unit
            with pytest.raises(AtomicStatementError):
                await other.member_does(attempt)
        await group.member(PAY, BOOK)
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 70), (2, 30)]

    run(body)


def test_the_error_shows_the_line_of_the_member(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        for attempt in (_call("commit"), lambda target: execute(target, "COMMIT")):
            with pytest.raises(AtomicStatementError) as refused:
                await group.member_does(attempt)

            location = refused.value.diagnostic.location
            assert location is not None
            assert location.shown_file().startswith("tests/")
        await group.close()

    run(body)


@pytest.mark.parametrize("world", ["sqlite3"], indirect=True)
def test_below_the_words_the_authorizer_refuses(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, sqlite3.Connection)
        await group.begin()
        await group.member(PAY)
        for attempt in (
            _plain_cursor_script,
            _plain_cursor_commit,
            _below("commit"),
            _below("rollback"),
            _below("executescript", "SELECT 1"),
        ):
            with pytest.raises((sqlite3.DatabaseError, AtomicStatementError)):
                await group.member_does(attempt)
            assert world.rows() == [(1, 100)]
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 70)]

    run(body)


@pytest.mark.parametrize(
    "world", ["sqlite3", "sqlalchemy/sqlite", "async sqlalchemy/sqlite"], indirect=True
)
def test_when_sqlite_rolls_back_by_itself_nothing_more_is_written(world: World) -> None:
    """A conflict clause ends the transaction; what came next would be committed at once."""

    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)

        async def careless(target: object) -> None:
            with pytest.raises(Exception, match="UNIQUE"):
                await execute(target, "INSERT OR ROLLBACK INTO account VALUES (1, 0)")
            await execute(target, BOOK)

        with pytest.raises(AtomicBrokenError):
            await group.member_does(careless)
        with pytest.raises(AtomicBrokenError):
            await group.commit()
        await group.rollback()
        await group.close()

        assert world.rows() == [(1, 100)]

    run(body)


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
def test_a_commit_that_no_guard_can_see_is_reported(world: World) -> None:
    async def body() -> None:
        for secret in (b"COMMIT", b"COMMIT; BEGIN"):
            group = Group(world.source, psycopg.Connection)
            await group.begin()

            def sneak(target: object, text: bytes = secret) -> None:
                cast(psycopg.Connection, target).pgconn.exec_(text)

            await group.member_does(sneak)
            with pytest.raises(AtomicBrokenError):
                await group.commit()
            assert group.unit.outcome == "unknown"
            await group.close()

        group = Group(world.source, psycopg.Connection)
        await group.begin()

        def own_cursor(target: object) -> None:
            connection = cast(psycopg.Connection, target)
            psycopg.ClientCursor(connection).execute(b"COMMIT")
            connection.execute(BOOK.encode())

        with pytest.raises(AtomicBrokenError):
            await group.member_does(own_cursor)
        await group.close()

        assert world.rows() == [(1, 100)]

    run(body)


@pytest.mark.parametrize("world", ["psycopg", "sqlalchemy/postgres"], indirect=True)
def test_a_procedure_that_commits_is_refused_by_the_server(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        with pytest.raises(Exception, match="invalid transaction termination"):
            await group.member("DO $$ BEGIN COMMIT; END $$")
        await group.rollback()
        await group.close()

        assert world.rows() == [(1, 100)]

    run(body)


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
def test_a_block_of_psycopg_is_a_savepoint(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, psycopg.Connection)
        await group.begin()

        def member(target: object) -> None:
            connection = cast(psycopg.Connection, target)
            with connection.transaction(force_rollback=True):
                connection.execute(BOOK.encode())
            with connection.transaction():
                connection.execute(PAY.encode())

        await group.member_does(member)
        assert world.rows() == [(1, 100)]
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 70)]

    run(body)


def test_a_resource_of_another_database_is_refused(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, dict)
        await group.begin()
        with pytest.raises(ValueError, match="no such resource"):
            await group.member(PAY)
        await group.close()

    run(body)
