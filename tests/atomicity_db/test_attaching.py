"""What can be attached to a group, and what is refused at once, with the reason."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
import trio
from sqlalchemy.ext.asyncio import create_async_engine

from hbia_dsl.atomicity import (
    PostgresTransaction,
    SqlAlchemyTransaction,
    SqliteTransaction,
    TransactionSource,
)
from hbia_dsl.declare.resource_types import KNOWN_RESOURCES, resource_name, serves
from hbia_dsl.errors import AtomicSetupError


def _tables(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master").fetchall()
    return [name for (name,) in found]


def test_importing_the_databases_loads_none_of_their_drivers() -> None:
    probe = (
        "import sys, hbia_dsl.atomicity as a; a.SqliteTransaction('app.db').open\n"
        "a.PostgresTransaction('postgresql://')\n"
        "print(sorted({'sqlite3', 'sqlalchemy', 'psycopg', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=50
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("attach", "reason"),
    [
        (lambda: SqliteTransaction(":memory:"), "in memory"),
        (lambda: SqliteTransaction("file::memory:?cache=shared", uri=True), "in memory"),
        (lambda: SqliteTransaction("file:x?mode=memory", uri=True), "in memory"),
        (lambda: SqliteTransaction(""), "path of a file"),
        (lambda: SqliteTransaction(3), "path of a file"),
        (lambda: SqliteTransaction("a.db", busy_timeout_s=-1), "busy_timeout_s"),
        (lambda: SqliteTransaction("a.db", pragmas={"x; DROP": 1}), "pragmas"),
        (lambda: SqliteTransaction("a.db", pragmas={"x": "1; COMMIT"}), "pragmas"),
        (lambda: PostgresTransaction(5), "dsn"),  # type: ignore[arg-type]  # on purpose
        (lambda: PostgresTransaction("", isolation="loose"), "isolation"),  # type: ignore[arg-type]  # on purpose
        (lambda: PostgresTransaction("", connect_timeout_s=0), "connect_timeout_s"),
        (lambda: SqlAlchemyTransaction("sqlite://"), "Engine"),  # type: ignore[arg-type]  # on purpose
        (lambda: SqlAlchemyTransaction(sqlalchemy.create_engine("sqlite://")), "Pool"),
        (
            lambda: SqlAlchemyTransaction(
                sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.StaticPool)
            ),
            "StaticPool",
        ),
    ],
)
def test_what_cannot_serve_a_group_is_refused_with_the_reason(
    attach: Callable[[], object], reason: str
) -> None:
    with pytest.raises(AtomicSetupError, match=reason) as refused:
        attach()

    assert isinstance(refused.value, ValueError)
    assert refused.value.diagnostic.help


def test_a_file_in_a_folder_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    unit = SqliteTransaction(tmp_path / "nowhere" / "app.db").open()

    with pytest.raises(AtomicSetupError, match=r"SQLite cannot open `app\.db`") as refused:
        unit.begin()

    unit.close()
    assert str(tmp_path) not in str(refused.value)
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(PostgresTransaction("postgresql://me:secret@host/app"))
    engine = sqlalchemy.create_engine("postgresql+psycopg://me:secret@host/app")
    assert "secret" not in repr(SqlAlchemyTransaction(engine))


def test_a_relative_path_stays_what_it_was_when_attached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    unit = SqliteTransaction("app.db").open()
    assert not unit.is_async
    monkeypatch.chdir(tmp_path / "elsewhere")
    unit.begin()
    unit.close()

    assert (tmp_path / "app.db").exists()


def test_pragmas_hold_for_members(tmp_path: Path) -> None:
    unit = SqliteTransaction(tmp_path / "app.db", pragmas={"foreign_keys": "ON"}).open()
    assert not unit.is_async
    unit.begin()
    unit.enter_member("look")
    connection = unit.resource(sqlite3.Connection)
    assert isinstance(connection, sqlite3.Connection)
    found = connection.execute("PRAGMA foreign_keys").fetchone()
    unit.close()

    assert found == (1,)


def test_a_row_factory_of_one_member_is_not_seen_by_the_next(tmp_path: Path) -> None:
    unit = SqliteTransaction(tmp_path / "app.db").open()
    assert not unit.is_async
    unit.begin()
    seen: list[object] = []
    for name in ("first", "second"):
        unit.enter_member(name)
        connection = unit.resource(sqlite3.Connection)
        assert isinstance(connection, sqlite3.Connection)
        seen.append(connection.row_factory)
        connection.row_factory = sqlite3.Row
        unit.leave_member(succeeded=True)
    unit.close()

    assert seen == [None, None]


@pytest.mark.parametrize("isolation_level", ["", None, "IMMEDIATE"])
def test_an_engine_on_sqlite_comes_back_as_it_was(
    tmp_path: Path, isolation_level: str | None
) -> None:
    path = tmp_path / "app.db"
    engine = sqlalchemy.create_engine(
        f"sqlite:///{path}", connect_args={"isolation_level": isolation_level}
    )
    source = SqlAlchemyTransaction(engine)
    unit = source.open()
    assert not unit.is_async
    unit.begin()
    unit.commit()
    unit.close()
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert raw.isolation_level == isolation_level
    engine.dispose()

    assert _tables(path) == []  # nor has the self-test left anything


def test_the_usual_recipe_on_the_engine_does_no_harm(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'app.db'}")

    @sqlalchemy.event.listens_for(engine, "connect")
    def hold_back(raw: sqlite3.Connection, record: object) -> None:
        raw.isolation_level = None

    @sqlalchemy.event.listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    unit = SqlAlchemyTransaction(engine).open()
    assert not unit.is_async
    unit.begin()
    unit.rollback()
    unit.close()
    engine.dispose()

    assert not unit.troubles


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the driver has no `autocommit` yet")
@pytest.mark.parametrize("autocommit", [True, False])
def test_of_the_new_ways_to_begin_the_one_without_commits_is_refused(
    tmp_path: Path, autocommit: bool
) -> None:
    engine = sqlalchemy.create_engine(
        f"sqlite:///{tmp_path / 'app.db'}", connect_args={"autocommit": autocommit}
    )
    if autocommit:
        with pytest.raises(AtomicSetupError, match="autocommit=True"):
            SqlAlchemyTransaction(engine)
    else:
        unit = SqlAlchemyTransaction(engine).open()
        assert not unit.is_async
        unit.begin()
        unit.enter_member("write")
        connection = unit.resource(sqlalchemy.Connection)
        assert isinstance(connection, sqlalchemy.Connection)
        connection.exec_driver_sql("CREATE TABLE item (id INTEGER)")
        unit.leave_member(succeeded=True)
        unit.commit()
        unit.close()
        assert _tables(tmp_path / "app.db") == ["item"]
    engine.dispose()


def _leaking_engine(path: Path) -> sqlalchemy.Engine:
    """An engine whose listener commits behind everybody's back."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")

    @sqlalchemy.event.listens_for(engine, "after_cursor_execute")
    def commit(connection: sqlalchemy.Connection, *rest: object) -> None:
        connection.connection.commit()

    return engine


def test_an_engine_that_leaks_is_found_by_the_self_test(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    engine = _leaking_engine(path)
    with pytest.raises(AtomicSetupError, match="cannot keep"):
        SqlAlchemyTransaction(engine)
    engine.dispose()

    assert _tables(path) == []


def test_an_engine_that_cannot_be_written_to_yet_is_tested_by_its_first_group(
    tmp_path: Path,
) -> None:
    path = tmp_path / "later" / "app.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    source = SqlAlchemyTransaction(engine)
    unit = source.open()
    assert not unit.is_async
    with pytest.raises(sqlalchemy.exc.OperationalError):
        unit.begin()
    unit.close()
    path.parent.mkdir()
    again = source.open()
    assert not again.is_async
    again.begin()
    again.close()
    engine.dispose()


def test_an_async_engine_is_refused_on_trio(tmp_path: Path) -> None:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{tmp_path / 'app.db'}", poolclass=sqlalchemy.NullPool
    )
    unit = SqlAlchemyTransaction(engine).open()
    assert unit.is_async

    with pytest.raises(AtomicSetupError, match="asyncio"):
        trio.run(unit.begin)

    async def on_asyncio() -> None:
        await unit.begin()
        await unit.close()

    asyncio.run(on_asyncio())


def test_each_source_names_what_members_can_ask_for(tmp_path: Path) -> None:
    import psycopg
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
    from sqlalchemy.orm import Session

    path = tmp_path / "app.db"
    plain = sqlalchemy.create_engine(f"sqlite:///{path}")
    sources: list[tuple[TransactionSource, list[object]]] = [
        (SqliteTransaction(path), [sqlite3.Connection]),
        (PostgresTransaction(""), [psycopg.Connection, psycopg.Connection[tuple[int]]]),
        (SqlAlchemyTransaction(plain), [sqlalchemy.Connection, Session]),
        (
            SqlAlchemyTransaction(create_async_engine(f"sqlite+aiosqlite:///{path}")),
            [AsyncConnection, AsyncSession],
        ),
    ]
    plain.dispose()
    every = [kind for _, kinds in sources for kind in kinds]

    for source, kinds in sources:
        assert [kind for kind in every if serves(source, kind)] == kinds
    assert {resource_name(kind) for kind in every} == KNOWN_RESOURCES
