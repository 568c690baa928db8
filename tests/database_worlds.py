"""The databases that a group can have, each with the same small table and the same questions.

A test takes the fixture `world` and is run once for each. Its body is a coroutine run by
asyncio, in which `settle` awaits what is to be awaited: so one text serves plain and async
units.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol, TypeVar, cast

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import Session

from hbia_dsl.atomicity import (
    AsyncTransactionUnit,
    PostgresTransaction,
    SqlAlchemyTransaction,
    SqliteTransaction,
    TransactionSource,
    TransactionUnit,
)

T = TypeVar("T")

TABLE: Final = "CREATE TABLE account (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)"
FIRST_ROW: Final = "INSERT INTO account VALUES (1, 100)"

WORLDS: Final = (
    "sqlite3",
    "sqlalchemy/sqlite",
    "sqlalchemy/postgres",
    "psycopg",
    "async sqlalchemy/sqlite",
    "async sqlalchemy/postgres",
)


class World(Protocol):
    """One database, seen by a group and from outside."""

    source: TransactionSource
    kinds: tuple[type, ...]
    """The resources that members can ask for."""
    is_postgres: bool

    def rows(self) -> list[tuple[int, ...]]:
        """All rows, read from outside."""
        ...

    def left_over(self) -> list[str]:
        """What a group has left behind: connections in use, transactions, locks."""
        ...


async def settle(answer: object) -> object:
    """Await what is to be awaited."""
    return await answer if isinstance(answer, Awaitable) else answer


async def execute(resource: object, sql: str) -> object:
    """Run SQL as a member would, on whatever it was given."""
    if isinstance(resource, sqlite3.Connection):
        return resource.execute(sql)
    if isinstance(resource, psycopg.Connection):
        return resource.execute(sql.encode())
    if isinstance(resource, sqlalchemy.Connection):
        return resource.exec_driver_sql(sql)
    if isinstance(resource, AsyncConnection):
        return await resource.exec_driver_sql(sql)
    if isinstance(resource, Session):
        return resource.execute(sqlalchemy.text(sql))
    assert isinstance(resource, AsyncSession)
    return await resource.execute(sqlalchemy.text(sql))


class Group:
    """A unit driven as a runner drives it."""

    def __init__(self, source: TransactionSource, kind: type) -> None:
        self.unit: TransactionUnit | AsyncTransactionUnit = source.open()
        self._kind = kind

    async def begin(self) -> None:
        await settle(self.unit.begin())

    async def member(self, *statements: str) -> object:
        """Run a member that runs statements on its resource."""

        async def body(resource: object) -> object:
            answer: object = None
            for sql in statements:
                answer = await execute(resource, sql)
            return answer

        return await self.member_does(body)

    async def member_does(self, body: Callable[[object], object]) -> object:
        """Run a member that does something with its resource."""
        await settle(self.unit.enter_member("save"))
        try:
            answer = await settle(body(self.unit.resource(self._kind)))
        except BaseException:
            await settle(self.unit.leave_member(succeeded=False))
            raise
        await settle(self.unit.leave_member(succeeded=True))
        return answer

    async def savepoint(self, name: str) -> None:
        await settle(self.unit.savepoint(name))

    async def rollback_to(self, name: str) -> None:
        await settle(self.unit.rollback_to(name))

    async def commit(self) -> None:
        await settle(self.unit.commit())

    async def rollback(self) -> None:
        await settle(self.unit.rollback())

    async def close(self) -> None:
        await settle(self.unit.close())


def run(body: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run the body of a test on asyncio."""
    return asyncio.run(body())


class SqliteWorld:
    """A SQLite file with the driver of the standard library."""

    is_postgres = False

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(TABLE)
            connection.execute(FIRST_ROW)
            connection.commit()
        self.source: TransactionSource = SqliteTransaction(path)
        self.kinds: tuple[type, ...] = (sqlite3.Connection,)

    def rows(self) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute("SELECT id, amount FROM account ORDER BY id").fetchall()

    def left_over(self) -> list[str]:
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                return [str(error)]
            connection.execute("ROLLBACK")
        return []


class PostgresWorld:
    """A database of a real PostgreSQL with psycopg."""

    is_postgres = True

    def __init__(self, uri: str) -> None:
        self.uri = uri
        with closing(psycopg.connect(uri, autocommit=True)) as connection:
            connection.execute(TABLE.encode())
            connection.execute(FIRST_ROW.encode())
        self.source: TransactionSource = PostgresTransaction(uri)
        self.kinds: tuple[type, ...] = (psycopg.Connection,)

    def rows(self) -> list[tuple[int, ...]]:
        with closing(psycopg.connect(self.uri, autocommit=True)) as connection:
            found = connection.execute("SELECT id, amount FROM account ORDER BY id").fetchall()
        return cast(list[tuple[int, ...]], found)

    def left_over(self) -> list[str]:
        """Read what the server knows of others in this database, but for idle ones in a pool."""
        with closing(psycopg.connect(self.uri, autocommit=True)) as connection:
            busy: list[str] = []
            for _ in range(200):  # a backend needs a moment to notice that its client is gone
                found = connection.execute(
                    "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
                    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchall()
                busy = [f"{state}: {query}" for state, query in found if not self._may_stay(state)]
                if not busy:
                    break
                connection.execute("SELECT pg_sleep(0.01)")
        return busy

    def _may_stay(self, state: str) -> bool:
        del state
        return False


class PlainEngine:
    """What a pool says of itself."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self.engine = engine

    def checked_out(self) -> list[str]:
        pool = self.engine.pool
        assert isinstance(pool, sqlalchemy.QueuePool)
        return [f"{pool.checkedout()} connections in use"] if pool.checkedout() else []


class SqlAlchemySqliteWorld(SqliteWorld):
    """A SQLite file behind a SQLAlchemy engine."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.engine = sqlalchemy.create_engine(f"sqlite:///{path}")
        self.source = SqlAlchemyTransaction(self.engine)
        self.kinds = (sqlalchemy.Connection, Session)

    def left_over(self) -> list[str]:
        return super().left_over() + PlainEngine(self.engine).checked_out()


class SqlAlchemyPostgresWorld(PostgresWorld):
    """A database of a real PostgreSQL behind a SQLAlchemy engine."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.engine = sqlalchemy.create_engine(with_driver(uri))
        self.source = SqlAlchemyTransaction(self.engine)
        self.kinds = (sqlalchemy.Connection, Session)

    def left_over(self) -> list[str]:
        return super().left_over() + PlainEngine(self.engine).checked_out()

    def _may_stay(self, state: str) -> bool:
        return state == "idle"  # in the pool, outside of a transaction


class AsyncSqliteWorld(SqliteWorld):
    """A SQLite file behind an async engine."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.engine = _async_engine(f"sqlite+aiosqlite:///{path}")
        self.source = SqlAlchemyTransaction(self.engine)
        self.kinds = (AsyncConnection, AsyncSession)


class AsyncPostgresWorld(PostgresWorld):
    """A database of a real PostgreSQL behind an async engine."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.engine = _async_engine(with_driver(uri))
        self.source = SqlAlchemyTransaction(self.engine)
        self.kinds = (AsyncConnection, AsyncSession)


def _async_engine(url: str) -> AsyncEngine:
    # Connections of an async pool belong to one loop, and each test body has a loop of its own.
    return create_async_engine(url, poolclass=sqlalchemy.NullPool)


def with_driver(uri: str) -> str:
    """Return a PostgreSQL URI as SQLAlchemy wants it."""
    return uri.replace("postgresql://postgres:@/", "postgresql+psycopg://postgres@/")


def build_world(name: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """Make the database of a name, and see at the end that nothing is left in it."""
    if name.endswith(("postgres", "psycopg")):
        uri: str = request.getfixturevalue("postgres_database")
        makers: dict[str, Callable[[str], World]] = {
            "psycopg": PostgresWorld,
            "sqlalchemy/postgres": SqlAlchemyPostgresWorld,
            "async sqlalchemy/postgres": AsyncPostgresWorld,
        }
        world = makers[name](uri)
    else:
        folder: Path = request.getfixturevalue("tmp_path")
        on_files: dict[str, Callable[[Path], World]] = {
            "sqlite3": SqliteWorld,
            "sqlalchemy/sqlite": SqlAlchemySqliteWorld,
            "async sqlalchemy/sqlite": AsyncSqliteWorld,
        }
        world = on_files[name](folder / "app.db")
    yield world
    left = world.left_over()
    engine = getattr(world, "engine", None)
    if isinstance(engine, sqlalchemy.Engine):
        engine.dispose()
    assert not left
