"""A database that is not there, busy, or lost before or during COMMIT, seen through a flow."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from cutting_proxy import CutAt, CuttingProxy, cutting_proxy
from database_worlds import PostgresWorld, SqliteWorld, World
from group_runs import (
    ALL,
    ASYNCIO,
    EAGER,
    MEMBERS,
    MODES,
    SERIAL,
    STAGED,
    TRIO,
    UNTOUCHED,
    Mode,
    Script,
    payment_flow,
    press_ctrl_c,
)
from hbia_dsl import Flow, FlowFailed
from hbia_dsl.atomicity import (
    PostgresTransaction,
    SqlAlchemyTransaction,
    SqliteTransaction,
    TransactionSource,
)
from hbia_dsl.errors import AtomicCommitUnknownError

POSTGRES: Final = ["psycopg", "sqlalchemy/postgres", "async sqlalchemy/postgres"]
every_postgres = pytest.mark.parametrize("world", POSTGRES, indirect=True)
every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
COMMIT_STEP: Final = "the commit of group `payment`"


class Proxied:
    """A world's flow that reaches its server through a proxy."""

    def __init__(self, world: World, proxy: CuttingProxy, uri: str) -> None:
        self.world = world
        self.proxy = proxy
        self.uri = uri

    def flow(self, script: Script) -> Flow[..., object]:
        """Make the flow of payments on the proxied database."""
        flow = payment_flow(self.world, script)
        return flow.options(transactions={"payment": self._source()})

    def _source(self) -> TransactionSource:
        if psycopg.Connection in self.world.kinds:
            return PostgresTransaction(self.uri)
        url = self.uri.replace("postgresql://", "postgresql+psycopg://")
        if self.world.source.is_async:
            return SqlAlchemyTransaction(create_async_engine(url, poolclass=NullPool))
        return SqlAlchemyTransaction(sqlalchemy.create_engine(url, poolclass=NullPool))


@pytest.fixture
def proxied(world: World) -> Iterator[Proxied]:
    """The world, behind a proxy."""
    assert isinstance(world, PostgresWorld)
    with cutting_proxy(world.uri) as (proxy, uri):
        yield Proxied(world, proxy, uri)


def mode_for(world: World) -> Mode:
    """Return a mode in which the database can be used."""
    return ASYNCIO if world.source.is_async else SERIAL


def kill_others(world: World) -> None:
    """Have the server end all connections to this database but the one that asks."""
    assert isinstance(world, PostgresWorld)
    with closing(psycopg.connect(world.uri, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )


@every_postgres
@pytest.mark.parametrize("at", MEMBERS)
def test_a_connection_that_is_lost_once_before_commit_has_the_group_run_again(
    world: World, at: str
) -> None:
    left = [1]

    def act() -> None:
        if left[0]:
            left[0] -= 1
            kill_others(world)

    script = Script(at, act)
    run = mode_for(world).run(payment_flow(world, script), x=1)

    assert run.value == 4.0
    assert world.rows() == ALL
    assert script.calls["reserve"] == 2
    assert script.done.count("before") == 1  # outsiders do not run again


@every_postgres
def test_a_connection_that_is_lost_each_time_fails_with_the_drivers_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hbia_dsl.atomicity.group_run.LONGEST_PAUSE_S", 0.001)
    script = Script("charge", lambda: kill_others(world))
    with pytest.raises(FlowFailed) as failed:
        mode_for(world).run(payment_flow(world, script), x=1)

    assert isinstance(failed.value.root, psycopg.OperationalError | sqlalchemy.exc.DBAPIError)
    assert script.calls["reserve"] == 5
    assert world.rows() == UNTOUCHED
    assert failed.value.__notes__ == ["group `payment` was rolled back: `charge`, `reserve`"]


@every_postgres
@pytest.mark.parametrize(("cut_at", "is_there"), [("request", False), ("reply", True)])
@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_a_connection_that_is_lost_during_commit_is_told_as_unknown_and_not_tried_again(
    world: World, proxied: Proxied, cut_at: CutAt, is_there: bool, on_error: str
) -> None:
    proxied.proxy.marker = re.compile(rb"COMMIT", re.IGNORECASE)
    proxied.proxy.cut_at = cut_at
    script = Script()
    flow = proxied.flow(script).options(on_error="continue" if on_error == "continue" else "stop")
    with pytest.raises(FlowFailed) as failed:
        mode_for(world).run(flow, x=1)

    assert proxied.proxy.cuts == 1
    assert list(failed.value.failures) == [COMMIT_STEP]
    assert isinstance(failed.value.root, AtomicCommitUnknownError)
    assert str(failed.value).startswith(
        "flow `shop` failed: the commit of group `payment` raised AtomicCommitUnknownError"
    )
    assert "rolled back" not in "".join(getattr(failed.value, "__notes__", []))
    assert script.calls == dict.fromkeys(MEMBERS, 1)
    assert "after" in failed.value.skipped
    assert world.left_over() == []  # the server has noticed by now
    assert world.rows() == (ALL if is_there else UNTOUCHED)


@pytest.mark.parametrize("world", ["psycopg"], indirect=True)
@pytest.mark.parametrize("mode", [STAGED, EAGER, ASYNCIO, TRIO], ids=str)
def test_an_unknown_commit_is_told_in_every_mode(
    world: World, proxied: Proxied, mode: Mode
) -> None:
    proxied.proxy.marker = re.compile(rb"COMMIT", re.IGNORECASE)
    with pytest.raises(FlowFailed) as failed:
        mode.run(proxied.flow(Script()), x=1)

    assert isinstance(failed.value.root, AtomicCommitUnknownError)
    assert "rolled back" not in "".join(getattr(failed.value, "__notes__", []))
    assert world.left_over() == []


@every_mode
def test_a_server_that_is_not_there_fails_the_group_and_nothing_else_ran_in_it(
    mode: Mode,
) -> None:
    script = Script()

    class Nowhere:
        """A world whose server is not there."""

        source: TransactionSource = PostgresTransaction("postgresql://127.0.0.1:1/none")
        kinds: tuple[type, ...] = (psycopg.Connection,)
        is_postgres = True

        def rows(self) -> list[tuple[int, ...]]:
            return []

        def left_over(self) -> list[str]:
            return []

    with pytest.raises(FlowFailed) as failed:
        mode.run(payment_flow(Nowhere(), script), x=1)
    assert list(failed.value.failures) == ["the beginning of group `payment`"]
    assert isinstance(failed.value.root, psycopg.OperationalError)
    assert script.calls == {}
    assert set(failed.value.skipped) >= {*MEMBERS, "after"}


class Busy:
    """A SQLite file that somebody else writes to."""

    def __init__(self, path: Path) -> None:
        self.world = SqliteWorld(path)
        self._other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._other.execute("BEGIN IMMEDIATE")

    def flow(self, script: Script, patience_s: float) -> Flow[..., object]:
        """Make the flow, which waits for the other one for so long at each attempt."""
        source = SqliteTransaction(self.world.path, busy_timeout_s=patience_s)
        return payment_flow(self.world, script).options(transactions={"payment": source})

    def let_go(self) -> None:
        """Have the other one end."""
        self._other.execute("ROLLBACK")

    def close(self) -> None:
        """Close the other connection."""
        self._other.close()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    """A busy file."""
    found = Busy(tmp_path / "busy.db")
    yield found
    found.close()
    assert found.world.left_over() == []


@every_mode
def test_a_busy_file_is_waited_for(busy: Busy, mode: Mode) -> None:
    timer = threading.Timer(0.05, busy.let_go)
    timer.start()
    run = mode.run(busy.flow(Script(), 10.0), x=1)
    timer.join()
    assert run.value == 4.0


@every_mode
def test_a_file_that_stays_busy_fails_the_group_with_sqlites_error(
    busy: Busy, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hbia_dsl.flow.group_steps.BEGIN_PATIENCE_S", 0.05)
    script = Script()
    with pytest.raises(FlowFailed) as failed:
        mode.run(busy.flow(script, 0.02), x=1)
    assert isinstance(failed.value.root, sqlite3.OperationalError)
    assert list(failed.value.failures) == ["the beginning of group `payment`"]
    assert script.calls == {}


@pytest.mark.parametrize("mode", [STAGED, EAGER, ASYNCIO, TRIO], ids=str)
def test_waiting_for_a_busy_file_ends_with_the_run(busy: Busy, mode: Mode) -> None:
    began = time.monotonic()
    with pytest.raises(FlowFailed) as failed:
        mode.run(busy.flow(Script(), 60.0).options(timeout_s=0.1), x=1)
    assert isinstance(failed.value.root, TimeoutError)
    assert time.monotonic() - began < 10


@every_mode
def test_waiting_for_a_busy_file_ends_at_a_ctrl_c(busy: Busy, mode: Mode) -> None:
    script = Script()
    timer = threading.Timer(0.1, press_ctrl_c)
    timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        mode.run(busy.flow(script, 60.0), x=1)
    timer.join()
    assert time.monotonic() - began < 10
    assert script.calls == {}
