"""What a member leaves open is closed when it is left: nothing of it keeps the database busy."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from group_runs import ASYNCIO, MODES, Mode
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import PostgresTransaction, SqlAlchemyTransaction, SqliteTransaction

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
Body = Callable[[Any], object]

MANY_ROWS: Final = "SELECT id FROM account, generate_series(1, 500)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with three rows."""
    file = tmp_path / "app.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, picture BLOB)")
        connection.execute("INSERT INTO account VALUES (1, x'00'), (2, x'00'), (3, x'00')")
        connection.commit()
    return file


@pytest.fixture
def kept() -> Iterator[list[Any]]:
    """What members keep beyond their time."""
    kept: list[Any] = []
    yield kept
    kept.clear()


def flow_of(kind: object, source: object, first: Body, *, fails: bool = False) -> Flow[..., Any]:
    """Make a flow of two members on one connection; the first one does as it is told."""

    def open_it(x: int, db: object) -> int:
        first(db)
        if fails:
            raise LookupError(str(x))
        return x

    def after(x: int, db: Any) -> int:  # noqa: ANN401 - of any database
        text = "INSERT INTO account (id) VALUES (10)"
        db.execute(text if kind in {sqlite3.Connection, psycopg.Connection} else sql(text))
        return x

    for body in (open_it, after):
        body.__annotations__["db"] = kind
    declared = vertex(name="open", effect="side_effect")(open_it)
    following = vertex(name="after", inputs={"x": "open"}, effect="side_effect")(after)
    flow = Flow.of("shop", atomic(group="g")(declared), atomic(group="g")(following))
    return flow.options(transactions={"g": cast("Any", source)})


def sql(text: str) -> sqlalchemy.TextClause:
    """Write SQL for SQLAlchemy."""
    return sqlalchemy.text(text)


def go(mode: Mode, flow: Flow[..., Any], **inputs: object) -> None:
    """Run a flow, in the loop of the mode if it has one."""
    (mode.run_hosted if mode.loop else mode.run)(flow, **inputs)


def assert_free(path: Path) -> None:
    """Check that another connection can write at once."""
    with closing(sqlite3.connect(path, timeout=0)) as other:
        other.execute("INSERT INTO account (id) VALUES (99)")
        other.execute("DELETE FROM account WHERE id = 99")
        other.commit()


class OwnCursor(sqlite3.Cursor):
    """A cursor class of a member's own."""


SQLITE_WAYS: Final[Mapping[str, Callable[[sqlite3.Connection], object]]] = {
    "execute": lambda db: db.execute("SELECT id FROM account"),
    "cursor": lambda db: db.cursor().execute("SELECT id FROM account"),
    "own cursor": lambda db: db.cursor(OwnCursor).execute("SELECT id FROM account"),
    "returning": lambda db: db.execute("INSERT INTO account (id) VALUES (7), (8) RETURNING id"),
    "blob": lambda db: db.blobopen("account", "picture", 1),
}


@every_mode
@pytest.mark.parametrize("way", SQLITE_WAYS)
@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
def test_an_open_cursor_does_not_keep_a_sqlite_file_locked(
    path: Path, kept: list[Any], mode: Mode, way: str, *, fails: bool
) -> None:
    def first(db: sqlite3.Connection) -> None:
        kept.append(SQLITE_WAYS[way](db))
        if isinstance(kept[-1], sqlite3.Cursor):
            assert kept[-1].fetchone() is not None

    flow = flow_of(sqlite3.Connection, SqliteTransaction(path), first, fails=fails)
    if fails:
        with pytest.raises(FlowFailed):
            go(mode, flow, x=1)
    else:
        go(mode, flow, x=1)
    assert_free(path)
    assert len(kept) == 1  # it was not begun again
    if isinstance(kept[0], sqlite3.Cursor):
        with pytest.raises(sqlite3.ProgrammingError, match="Cannot operate on a closed cursor"):
            kept[0].fetchone()
    else:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            kept[0].read()


@every_mode
def test_a_cursor_that_a_member_returns_is_closed_for_the_next_one(path: Path, mode: Mode) -> None:
    @atomic(group="g")
    @vertex(effect="side_effect")
    def find(db: sqlite3.Connection) -> sqlite3.Cursor:
        return db.execute("SELECT id FROM account")

    @atomic(group="g")
    @vertex(effect="side_effect", inputs={"rows": find})
    def read(rows: sqlite3.Cursor, db: sqlite3.Connection) -> int:
        return len(rows.fetchall())

    flow = Flow.of("shop", find, read).options(transactions={"g": SqliteTransaction(path)})
    with pytest.raises(FlowFailed) as failed:
        go(mode, flow)
    assert str(failed.value.root) == "Cannot operate on a closed cursor."
    assert_free(path)


def test_an_exception_that_is_kept_does_not_keep_the_file_locked(path: Path) -> None:
    def reads(db: sqlite3.Connection) -> None:
        rows = db.execute("SELECT id FROM account")
        for _ in rows:
            raise LookupError("in the middle")

    flow = flow_of(sqlite3.Connection, SqliteTransaction(path, busy_timeout_s=0), reads)
    for _ in range(3):
        try:
            flow.run(x=1)
        except FlowFailed as failed:
            assert isinstance(failed.root, LookupError)  # noqa: PT017 - it has to be alive
            assert_free(path)


@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
@pytest.mark.parametrize("way", ["rows", "returning", "session"])
def test_an_open_result_does_not_keep_a_sqlite_file_of_sqlalchemy_locked(
    path: Path, kept: list[Any], way: str, *, fails: bool
) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    text = "INSERT INTO account (id) VALUES (7), (8) RETURNING id"
    text = text if way == "returning" else "SELECT id FROM account"

    def first(db: sqlalchemy.Connection | Session) -> None:
        kept.append(db.execute(sql(text)))
        assert kept[-1].fetchone() is not None

    kind = Session if way == "session" else sqlalchemy.Connection
    flow = flow_of(kind, SqlAlchemyTransaction(engine), first, fails=fails)
    for mode in MODES:
        if fails:
            with pytest.raises(FlowFailed) as failed:
                go(mode, flow, x=1)
            assert isinstance(failed.value.root, LookupError)
        else:
            go(mode, flow, x=1)
        assert_free(path)
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="closed cursor"):
            kept[-1].fetchone()
        with engine.begin() as outside:
            outside.execute(sql("DELETE FROM account WHERE id > 3"))
    engine.dispose()


@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
def test_an_open_stream_of_an_async_engine_is_closed(
    path: Path, kept: list[Any], *, fails: bool
) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    @atomic(group="g")
    @vertex(effect="side_effect")
    async def stream(x: int, db: AsyncConnection) -> int:
        kept.append(await db.stream(sql("SELECT id FROM account")))
        assert await kept[-1].fetchone() is not None
        if fails:
            raise LookupError("in the middle")
        return x

    @atomic(group="g")
    @vertex(effect="side_effect", inputs={"x": stream})
    async def after(x: int, db: AsyncSession) -> float:
        await db.execute(sql("INSERT INTO account (id) VALUES (10)"))
        return float(x)

    flow = Flow.of("shop", stream, after)
    flow = flow.options(transactions={"g": SqlAlchemyTransaction(engine)})

    async def main() -> None:
        if fails:
            with pytest.raises(FlowFailed) as failed:
                await flow.run_async(x=1)
            assert isinstance(failed.value.root, LookupError)
        else:
            await flow.run_async(x=1)
        assert_free(path)
        await engine.dispose()

    asyncio.run(main())


@pytest.fixture
def uri(postgres_database: str) -> str:
    """A database of PostgreSQL with three rows."""
    with psycopg.connect(postgres_database, autocommit=True) as outside:
        outside.execute("CREATE TABLE account (id INTEGER PRIMARY KEY)")
        outside.execute("INSERT INTO account VALUES (1), (2), (3)")
    return postgres_database


def reads_a_stream(db: psycopg.Connection, kept: list[Any]) -> None:
    """Read one row of many, as they come."""
    kept.append(db.cursor().stream("SELECT generate_series(1, 1000000)"))
    next(kept[-1])


def copies_out(db: psycopg.Connection, kept: list[Any]) -> None:
    """Begin to copy rows out."""
    kept.append(db.cursor().copy("COPY (SELECT generate_series(1, 1000000)) TO STDOUT"))
    assert kept[-1].__enter__().read()


def declares_a_cursor(db: psycopg.Connection, kept: list[Any]) -> None:
    """Leave a cursor on the server, which the connection takes with it."""
    kept.append(db.cursor("rows", withhold=True))
    kept[-1].execute(MANY_ROWS)
    assert kept[-1].fetchone() is not None


@every_mode
@pytest.mark.parametrize("way", [reads_a_stream, copies_out, declares_a_cursor])
@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
@pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")
def test_what_a_member_of_postgres_leaves_open_does_not_have_its_group_hang(
    uri: str,
    kept: list[Any],
    mode: Mode,
    way: Callable[[psycopg.Connection, list[Any]], None],
    *,
    fails: bool,
) -> None:
    source = PostgresTransaction(uri)
    flow = flow_of(psycopg.Connection, source, lambda db: way(db, kept), fails=fails)
    is_cut_short = way is not declares_a_cursor  # psycopg cancels the statement
    if fails or is_cut_short:
        with pytest.raises(FlowFailed) as failed:
            go(mode, flow, x=1)
        wanted = LookupError if fails else psycopg.errors.InFailedSqlTransaction
        assert isinstance(failed.value.root, wanted)
    else:
        go(mode, flow, x=1)
    with psycopg.connect(uri, autocommit=True) as outside:
        found = outside.execute("SELECT count(*) FROM account").fetchone()
        assert found == (3 if fails or is_cut_short else 4,)


def test_options_that_a_member_gives_to_its_connection_end_with_it(uri: str) -> None:
    engine = sqlalchemy.create_engine(uri.replace("postgresql://", "postgresql+psycopg://"))
    seen: list[Mapping[str, object]] = []

    def first(db: sqlalchemy.Connection) -> None:
        seen.append(dict(db.get_execution_options()))
        rows = db.execution_options(stream_results=True, yield_per=10).execute(sql(MANY_ROWS))
        assert sum(1 for _ in rows) == 1500

    @atomic(group="g")
    @vertex(effect="side_effect")
    def streams(x: int, db: sqlalchemy.Connection) -> int:
        first(db)
        return x

    @atomic(group="g")
    @vertex(effect="side_effect", inputs={"x": streams})
    def looks(x: int, db: sqlalchemy.Connection) -> float:
        seen.append(dict(db.get_execution_options()))
        return float(x)

    flow = Flow.of("shop", streams, looks)
    flow = flow.options(transactions={"g": SqlAlchemyTransaction(engine)})
    for mode in MODES:
        go(mode, flow, x=1)
    assert len(seen) == 2 * len(MODES)
    assert all(options == {"isolation_level": "SERIALIZABLE"} for options in seen)
    engine.dispose()


def test_options_that_a_member_gives_to_an_async_connection_end_with_it(
    uri: str, kept: list[Any]
) -> None:
    url = uri.replace("postgresql://", "postgresql+psycopg://")
    engine = create_async_engine(url, poolclass=sqlalchemy.NullPool)

    @atomic(group="g")
    @vertex(effect="side_effect")
    async def streams(x: int, db: AsyncConnection, session: AsyncSession) -> int:
        await session.execute(sql("INSERT INTO account VALUES (5)"))
        db = await db.execution_options(stream_results=True)
        kept.append(await db.stream(sql(MANY_ROWS)))
        assert await kept[-1].fetchone() is not None
        return x

    flow = Flow.of("shop", streams)
    flow = flow.options(transactions={"g": SqlAlchemyTransaction(engine)})
    ASYNCIO.run(flow, x=1)
    with psycopg.connect(uri, autocommit=True) as outside:
        assert outside.execute("SELECT count(*) FROM account").fetchone() == (4,)
