"""A busy file inside a member is nobody's conflict: the group is the only writer of its file."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy

from group_runs import MODES, Mode
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import SqlAlchemyTransaction, SqliteTransaction
from hbia_dsl.atomicity.group_run import MOST_ATTEMPTS

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)

NOTE: Final = "is there another connection to the file inside the group?"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hbia_dsl.atomicity.group_run.FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr("hbia_dsl.atomicity.group_run.LONGEST_PAUSE_S", 0.001)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a table."""
    file = tmp_path / "app.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY)")
        connection.commit()
    return file


@pytest.fixture
def engine(path: Path) -> Iterator[sqlalchemy.Engine]:
    """An engine on that file."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    yield engine
    engine.dispose()


def one_member(kind: object, source: Any, body: Callable[[Any], object]) -> Flow[..., Any]:  # noqa: ANN401 - any of them
    """Make a flow of one member on a connection."""

    def member(db: object) -> int:
        body(db)
        return 1

    member.__annotations__["db"] = kind
    declared = atomic(group="g")(vertex(effect="side_effect")(member))
    return Flow.of("shop", declared).options(transactions={"g": source})


def run(mode: Mode, flow: Flow[..., Any]) -> FlowFailed:
    """Run a flow that fails."""
    with pytest.raises(FlowFailed) as failed:
        (mode.run_hosted if mode.loop else mode.run)(flow)
    return failed.value


@every_mode
@pytest.mark.parametrize("database", ["sqlite3", "sqlalchemy"])
def test_a_second_connection_in_a_member_fails_the_group_at_once(
    path: Path, engine: sqlalchemy.Engine, mode: Mode, database: str
) -> None:
    calls: list[str] = []

    def writes_elsewhere(_db: object) -> None:
        calls.append("a mail is sent")
        if database == "sqlite3":
            with closing(sqlite3.connect(path, timeout=0)) as other:
                other.execute("INSERT INTO account VALUES (2)")
        else:
            with engine.begin() as other_one:
                other_one.exec_driver_sql("INSERT INTO account VALUES (2)")

    if database == "sqlite3":
        flow = one_member(sqlite3.Connection, SqliteTransaction(path), writes_elsewhere)
    else:
        source = SqlAlchemyTransaction(engine)
        flow = one_member(sqlalchemy.Connection, source, writes_elsewhere)
    error = run(mode, flow)
    assert calls == ["a mail is sent"]
    assert "locked" in str(error.root)
    notes = [note for note in error.root.__notes__ if NOTE in note]
    assert len(notes) == 1
    assert error.__notes__ == ["group `g` was rolled back"]


@every_mode
def test_a_true_conflict_is_tried_again_and_says_so_in_the_end(mode: Mode) -> None:
    class BusyError(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT

    class Own:
        def commit(self) -> None: ...
        def rollback(self) -> None: ...

    calls: list[int] = []

    @atomic(group="g")
    @vertex(effect="side_effect")
    def member(x: int) -> int:
        calls.append(x)
        raise BusyError("database is locked")

    flow = Flow.of("shop", member).options(transactions={"g": Own})
    with pytest.raises(FlowFailed) as failed:
        (mode.run_hosted if mode.loop else mode.run)(flow, x=1)
    most = MOST_ATTEMPTS["conflict"]
    assert calls == [1] * most
    assert f"group `g` was tried {most} times" in failed.value.root.__notes__
    assert not any(NOTE in note for note in failed.value.root.__notes__)


@every_mode
def test_a_reader_that_becomes_a_writer_too_late_is_still_a_conflict(
    path: Path, engine: sqlalchemy.Engine, mode: Mode
) -> None:
    # An engine whose own event begins transactions, as SQLAlchemy's manual has it: deferred.
    @sqlalchemy.event.listens_for(engine, "begin")
    def _begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    with closing(sqlite3.connect(path)) as outside:
        outside.execute("PRAGMA journal_mode = WAL")
    calls: list[int] = []

    def upgrades(db: sqlalchemy.Connection) -> None:
        calls.append(db.exec_driver_sql("SELECT count(*) FROM account").scalar_one())
        if len(calls) == 1:
            with closing(sqlite3.connect(path, timeout=0)) as other:
                other.execute("INSERT INTO account VALUES (2)")
                other.commit()
        db.exec_driver_sql("INSERT INTO account VALUES (3)")

    flow = one_member(sqlalchemy.Connection, SqlAlchemyTransaction(engine), upgrades)
    (mode.run_hosted if mode.loop else mode.run)(flow)
    assert calls == [0, 1]


def test_a_commit_that_waits_for_readers_is_still_a_conflict(path: Path) -> None:
    calls: list[int] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:

        def writes(db: sqlite3.Connection) -> None:
            calls.append(len(calls))
            db.execute("INSERT INTO account VALUES (2)")
            if len(calls) == 1:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM account").fetchone()
            else:
                reader.execute("COMMIT")

        source = SqliteTransaction(path, busy_timeout_s=0)
        one_member(sqlite3.Connection, source, writes).run()
        assert calls == [0, 1]
        assert reader.execute("SELECT id FROM account").fetchall() == [(2,)]


def test_a_file_that_stays_busy_says_how_often_it_was_tried(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        source = SqliteTransaction(path, busy_timeout_s=0)
        with pytest.raises(FlowFailed) as failed:
            one_member(sqlite3.Connection, source, lambda _db: None).run()
    notes = failed.value.root.__notes__
    assert f"group `g` was tried {MOST_ATTEMPTS['conflict']} times" in notes
    assert not any(NOTE in note for note in notes)
