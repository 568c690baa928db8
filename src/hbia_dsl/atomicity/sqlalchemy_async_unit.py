"""One attempt of a group on an AsyncEngine. Loaded when a group opens one.

It is the unit for a plain Engine, each step of which is run in a greenlet, as
SQLAlchemy itself does it: so both judge, commit and clean up in the same way.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from hbia_dsl.atomicity.refusal import unfit
from hbia_dsl.atomicity.sqlalchemy_unit import SqlAlchemyUnit
from hbia_dsl.atomicity.transaction import FailureKind, Outcome
from hbia_dsl.declare.resource_types import (
    SQLALCHEMY_ASYNC_CONNECTION,
    SQLALCHEMY_ASYNC_SESSION,
    resource_name,
)


class AsyncSqlAlchemyUnit:
    """A connection of an async engine's pool with one transaction; see `AsyncTransactionUnit`.

    Args:
        engine: The user's engine.
        isolation: The isolation level, None for the engine's own.
        before: Called in the greenlet before a connection is taken: the self-test.
    """

    def __init__(
        self, engine: AsyncEngine, isolation: str | None, before: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._sync = SqlAlchemyUnit(engine.sync_engine, isolation, before)
        self._connection: AsyncConnection | None = None
        self._session: AsyncSession | None = None

    @property
    def is_async(self) -> Literal[True]:
        """True: what waits for the database is to be awaited."""
        return True

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        return self._sync.outcome

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback` and `close` met with."""
        return self._sync.troubles

    async def begin(self) -> None:
        """Take a connection from the pool and open the transaction."""
        _require_asyncio()
        await greenlet_spawn(self._sync.begin)

    async def savepoint(self, name: str) -> None:
        """Remember this point."""
        await greenlet_spawn(self._sync.savepoint, name)

    async def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint, also after a failed statement."""
        await greenlet_spawn(self._sync.rollback_to, name)

    async def enter_member(self, name: str) -> None:
        """Look whether the transaction is there."""
        self._session = None
        self._sync.enter_member(name)

    async def leave_member(self, *, succeeded: bool) -> None:
        """Write what the member's session holds, and forget the session."""
        self._session = None
        await greenlet_spawn(self._sync.leave_member, succeeded=succeeded)

    def resource(self, kind: object) -> object:
        """Return the connection, or the member's session on it."""
        name = resource_name(kind)
        if name not in {SQLALCHEMY_ASYNC_CONNECTION, SQLALCHEMY_ASYNC_SESSION}:
            raise unfit(
                "a group on an AsyncEngine has no such resource",
                "annotate the parameter AsyncConnection or AsyncSession of sqlalchemy.ext.asyncio",
            )
        connection = self._shared()
        if name == SQLALCHEMY_ASYNC_CONNECTION:
            return connection
        if self._session is None:
            self._session = AsyncSession(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
            self._sync.join(self._session.sync_session)
        return self._session

    def _shared(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = AsyncConnection(self._engine, self._sync.connection())
        return self._connection

    def interrupt(self) -> None:
        """Do nothing: the member's task is cancelled instead."""

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means."""
        return self._sync.failure_kind(error)

    async def commit(self) -> None:
        """Commit in two steps, so that only the answer to the second can be missed."""
        await greenlet_spawn(self._sync.commit)

    async def rollback(self) -> None:
        """Undo everything."""
        await greenlet_spawn(self._sync.rollback)

    async def close(self) -> None:
        """Give the connection back to its pool."""
        await greenlet_spawn(self._sync.close)


def _require_asyncio() -> None:
    """Refuse trio before SQLAlchemy's driver fails in it with words of its own.

    Raises:
        AtomicSetupError: No asyncio task is running.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no asyncio loop
        task = None
    if task is None:
        raise unfit(
            "a group on an AsyncEngine needs asyncio, and this run is on another loop",
            "run the flow on asyncio, or give SqlAlchemyTransaction a plain Engine",
        )
