"""What cannot be the database of a group is refused before a run meets it."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from hbia_dsl.atomicity import (
    PostgresTransaction,
    SqlAlchemyTransaction,
    SqliteTransaction,
    as_source,
)
from hbia_dsl.errors import AtomicSetupError


def postgres(**options: object) -> sqlalchemy.Engine:
    """Make an engine that connects to nothing."""
    return sqlalchemy.create_engine("postgresql+psycopg://nowhere/shop", **options)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what is accepted makes the file


@pytest.mark.parametrize(
    "path",
    ["sqlite:///a.db", "sqlite://", "sqlite+aiosqlite:///a.db", "postgresql://h/d", "file:a.db"],
)
def test_a_url_in_the_place_of_a_path_is_refused_with_the_way_to_write_a_path(path: str) -> None:
    with pytest.raises(AtomicSetupError, match="this is a URL") as refused:
        SqliteTransaction(path)
    assert 'SqliteTransaction("app.db")' in (refused.value.diagnostic.help or "")
    if not path.startswith("file:"):
        with pytest.raises(AtomicSetupError, match="this is a URL"):
            SqliteTransaction(path, uri=True)


@pytest.mark.parametrize("path", ["app.db", "C:\\app.db", "a:b.db", "folder/x:y", "./file"])
def test_paths_are_paths(path: str) -> None:
    assert SqliteTransaction(path).path == path


def test_a_file_uri_is_taken_if_it_is_said_to_be_one() -> None:
    assert SqliteTransaction("file:app.db?mode=rw", uri=True).uri


@pytest.mark.parametrize(
    "dsn", ["garbage", "shop.db", "sqlite:///a.db", "postgresql+psycopg://u:secret@h/d"]
)
def test_text_that_is_no_connection_string_is_refused_when_it_is_given(dsn: str) -> None:
    with pytest.raises(AtomicSetupError, match="not a connection string") as refused:
        PostgresTransaction(dsn)
    assert "secret" not in str(refused.value)
    assert "host=localhost dbname=shop" in str(refused.value)


@pytest.mark.parametrize("dsn", ["host=h nonsense=1", "host='h", "postgresql://h/d?nonsense=1"])
def test_a_connection_string_that_cannot_be_read_is_refused_when_it_is_attached(dsn: str) -> None:
    source = PostgresTransaction(dsn)
    with pytest.raises(AtomicSetupError, match="not a connection string") as refused:
        as_source(source)
    assert "nonsense" not in str(refused.value).partition("-->")[0]


@pytest.mark.parametrize(
    "dsn", ["", "postgresql://", "postgres://u@h:1/d", "host=h dbname=d", "postgresql:///d?host=/s"]
)
def test_connection_strings_are_taken(dsn: str) -> None:
    source = PostgresTransaction(dsn)
    assert as_source(source) is source


def test_the_driver_is_not_loaded_before_it_is_attached() -> None:
    probe = (
        "import sys; from hbia_dsl.atomicity import PostgresTransaction\n"
        "PostgresTransaction('host=h')\n"
        "print('psycopg' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=50
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("level", ["serialisable", "READ COMMITED", "SNAPSHOT", ""])
def test_an_isolation_level_that_the_database_does_not_know_is_refused(level: str) -> None:
    with pytest.raises(AtomicSetupError, match="`isolation` must be one of") as refused:
        SqlAlchemyTransaction(postgres(), isolation=level)
    assert "REPEATABLE READ, SERIALIZABLE" in str(refused.value)
    with pytest.raises(AtomicSetupError, match="`isolation` must be one of"):
        SqlAlchemyTransaction(sqlalchemy.create_engine("sqlite:///a.db"), isolation=level)


@pytest.mark.parametrize(
    "level", ["SERIALIZABLE", "serializable", "REPEATABLE_READ", "read committed", None]
)
def test_isolation_levels_are_taken_as_sqlalchemy_takes_them(level: str | None) -> None:
    SqlAlchemyTransaction(postgres(), isolation=level)
    engine = sqlalchemy.create_engine("sqlite:///a.db")
    SqlAlchemyTransaction(engine, isolation=level)
    engine.dispose()


@pytest.mark.parametrize(
    "make",
    [
        lambda: SqlAlchemyTransaction(postgres(), isolation="AUTOCOMMIT"),
        lambda: SqlAlchemyTransaction(postgres(), isolation="autocommit"),
        lambda: SqlAlchemyTransaction(
            sqlalchemy.create_engine("sqlite:///a.db"), isolation="AUTOCOMMIT"
        ),
        lambda: SqlAlchemyTransaction(
            postgres().execution_options(isolation_level="AUTOCOMMIT"), isolation=None
        ),
    ],
)
def test_autocommit_is_refused_because_a_group_is_a_transaction(
    make: Callable[[], object],
) -> None:
    with pytest.raises(AtomicSetupError, match="with AUTOCOMMIT there is none"):
        make()


def test_an_engine_that_commits_each_statement_is_refused_at_the_first_group(
    postgres_database: str,
) -> None:
    url = postgres_database.replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    unit = SqlAlchemyTransaction(engine, isolation=None).open()
    with pytest.raises(AtomicSetupError, match="with AUTOCOMMIT there is none"):
        unit.begin()
    unit.close()
    unit = SqlAlchemyTransaction(engine).open()  # "SERIALIZABLE", and so a transaction
    unit.begin()
    unit.close()
    engine.dispose()


class Mixed:
    """`begin` is async, `commit` is not."""

    async def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...


class OnlyCommit:
    """`commit` is async, the others are not, which can be served."""

    def begin(self) -> None: ...
    async def commit(self) -> None: ...
    def rollback(self) -> None: ...


class AsyncResource:
    """Its connection would have to be awaited."""

    resources = (sqlite3.Connection,)

    async def resource(self, kind: object) -> object:
        return kind

    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


@pytest.mark.parametrize("given", [Mixed, Mixed(), AsyncResource, AsyncResource()])
def test_an_object_whose_methods_cannot_all_be_awaited_is_refused_when_attached(
    given: object,
) -> None:
    with pytest.raises(AtomicSetupError, match="is async, and"):
        as_source(given)


@pytest.mark.parametrize("given", [OnlyCommit, OnlyCommit()])
def test_an_async_commit_may_have_plain_methods_beside_it(given: object) -> None:
    assert as_source(given).is_async


def test_what_a_function_makes_is_looked_at_when_it_is_made() -> None:
    given = [OnlyCommit(), Mixed()]
    source = as_source(given.pop)
    with pytest.raises(AtomicSetupError, match="is async, and `commit` is not"):
        source.open()
    with pytest.raises(AtomicSetupError, match="does not say so") as refused:
        source.open()
    assert "`-> OnlyCommit`" in str(refused.value)

    def make() -> OnlyCommit:
        return OnlyCommit()

    assert as_source(make).is_async
