"""A member cannot end its group's transaction, in whichever mode; and the group goes on."""

import sqlite3
from collections.abc import Callable
from typing import Final

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from database_worlds import World, execute, settle
from group_runs import ASYNCIO, MODES, UNTOUCHED, Mode, is_async_world, step_through
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.errors import AtomicStatementError

CASES: Final = [
    *((world, mode) for world in ("sqlite3", "psycopg") for mode in MODES),
    *((world, MODES[0]) for world in ("sqlalchemy/sqlite", "sqlalchemy/postgres")),
    *((world, ASYNCIO) for world in ("async sqlalchemy/sqlite", "async sqlalchemy/postgres")),
]
every_case = pytest.mark.parametrize(
    ("world", "mode"), CASES, indirect=["world"], ids=[f"{w}-{m}" for w, m in CASES]
)


async def by_commit(db: object) -> None:
    """Commit in Python."""
    assert isinstance(
        db, sqlite3.Connection | psycopg.Connection | sqlalchemy.Connection | AsyncConnection
    )
    await settle(db.commit())


async def by_rollback(db: object) -> None:
    """Roll back in Python."""
    assert isinstance(
        db, sqlite3.Connection | psycopg.Connection | sqlalchemy.Connection | AsyncConnection
    )
    await settle(db.rollback())


async def by_sql(db: object) -> None:
    """Commit in SQL."""
    await execute(db, "COMMIT")


async def by_script(db: object) -> None:
    """Run a script, which commits first."""
    assert isinstance(db, sqlite3.Connection)
    db.executescript("INSERT INTO account VALUES (12, 0);")


WAYS: Final = {"commit": by_commit, "rollback": by_rollback, "sql": by_sql, "script": by_script}


def guarded_flow(
    world: World, attempt: Callable[[object], object], *, catches: bool
) -> Flow[..., object]:
    """Make a flow whose first member tries to end the transaction, and whose second fails."""
    kind = world.kinds[0]

    async def body(db: object) -> None:
        await execute(db, "INSERT INTO account VALUES (11, 0)")
        try:
            await settle(attempt(db))
        except AtomicStatementError:
            if not catches:
                raise

    def tries(x: int, db: object) -> int:
        step_through(body(db))
        return x

    async def tries_async(x: int, db: object) -> int:
        await body(db)
        return x

    @vertex(effect="side_effect")
    def unused(x: int) -> str:
        return str(x)

    function: Callable[..., object] = tries_async if is_async_world(world) else tries
    function.__annotations__["db"] = kind
    first = atomic(group="g")(vertex(name="tries", effect="side_effect")(function))

    def fails_in_the_end(x: int, db: object) -> int:
        step_through(execute(db, "INSERT INTO account VALUES (12, 0)"))
        if x == 0:
            raise LookupError("in the end")
        return x

    async def fails_async(x: int, db: object) -> int:
        await execute(db, "INSERT INTO account VALUES (12, 0)")
        if x == 0:
            raise LookupError("in the end")
        return x

    last: Callable[..., object] = fails_async if is_async_world(world) else fails_in_the_end
    last.__annotations__["db"] = kind
    second = atomic(group="g")(
        vertex(name="ends", inputs={"x": "tries"}, effect="side_effect")(last)
    )
    return Flow.of("guarded", first, second, unused).options(transactions={"g": world.source})


def ways_of(world: World) -> list[str]:
    """Return the ways in which a member of a database can try."""
    return [way for way in WAYS if way != "script" or sqlite3.Connection in world.kinds]


@every_case
def test_a_member_that_ends_the_transaction_is_refused_and_fails(world: World, mode: Mode) -> None:
    for way in ways_of(world):
        with pytest.raises(FlowFailed) as failed:
            mode.run(guarded_flow(world, WAYS[way], catches=False), x=1)
        assert isinstance(failed.value.root, AtomicStatementError), way
        assert world.rows() == UNTOUCHED


@every_case
def test_after_a_refusal_the_transaction_is_still_there_to_be_rolled_back(
    world: World, mode: Mode
) -> None:
    for way in ways_of(world):
        with pytest.raises(FlowFailed) as failed:
            mode.run(guarded_flow(world, WAYS[way], catches=True), x=0)
        assert isinstance(failed.value.root, LookupError), way
        assert world.rows() == UNTOUCHED


@every_case
def test_after_a_refusal_the_transaction_is_still_there_to_be_committed(
    world: World, mode: Mode
) -> None:
    way = ways_of(world)[-1]
    mode.run(guarded_flow(world, WAYS[way], catches=True), x=1)
    assert world.rows() == [*UNTOUCHED, (11, 0), (12, 0)]


@pytest.mark.parametrize(
    "world",
    ["sqlalchemy/sqlite", "sqlalchemy/postgres", "async sqlalchemy/postgres"],
    indirect=True,
)
@pytest.mark.parametrize("fails", [True, False])
def test_what_a_session_commits_lasts_only_with_the_group(world: World, *, fails: bool) -> None:
    def commits(x: int, session: object) -> int:
        assert isinstance(session, Session)
        session.execute(sqlalchemy.text("INSERT INTO account VALUES (11, 0)"))
        session.commit()
        return x

    async def commits_async(x: int, session: object) -> int:
        assert isinstance(session, AsyncSession)
        await session.execute(sqlalchemy.text("INSERT INTO account VALUES (11, 0)"))
        await session.commit()
        return x

    @atomic(group="g")
    @vertex(inputs={"x": "commits"})
    def ends(x: int) -> int:
        if fails:
            raise LookupError("in the end")
        return x

    function: Callable[..., object] = commits_async if is_async_world(world) else commits
    function.__annotations__["session"] = world.kinds[1]
    first = atomic(group="g")(vertex(name="commits", effect="side_effect")(function))
    flow = Flow.of("sessions", first, ends).options(transactions={"g": world.source})
    if fails:
        with pytest.raises(FlowFailed):
            flow.run(x=1)
    else:
        flow.run(x=1)
    assert world.rows() == (UNTOUCHED if fails else [*UNTOUCHED, (11, 0)])
