"""Groups on a SQLAlchemy engine, plain or async."""

from typing import Protocol

from hbia_dsl.atomicity.refusal import unfit
from hbia_dsl.atomicity.transaction import AsyncTransactionUnit, TransactionUnit
from hbia_dsl.declare.resource_types import (
    SQLALCHEMY_ASYNC_CONNECTION,
    SQLALCHEMY_ASYNC_SESSION,
    SQLALCHEMY_CONNECTION,
    SQLALCHEMY_SESSION,
)


class AnyEngine(Protocol):
    """A `sqlalchemy.Engine` or `sqlalchemy.ext.asyncio.AsyncEngine`.

    Spelled like this because importing a group's declaration imports no SQLAlchemy; that it
    is one of the two is checked when it is attached.
    """

    @property
    def name(self) -> str:
        """The database's name, such as "sqlite"."""
        ...

    @property
    def driver(self) -> str:
        """The driver's name, such as "psycopg"."""
        ...


class SqlAlchemyTransaction:
    """Attach a SQLAlchemy engine to an atomic group; needs the `sqlalchemy` extra.

    Each attempt of the group has a connection of the engine's pool with one transaction.
    With an `Engine` members ask for `sqlalchemy.Connection` or `sqlalchemy.orm.Session`,
    with an `AsyncEngine` for `AsyncConnection` or `AsyncSession`, on asyncio only.

    On SQLite the driver's own beginning of transactions is held back while a group has the
    connection, and a self-test sees that a rollback takes everything back: at once for an
    `Engine`, before the first group for an `AsyncEngine`. The engine itself is not changed.

    Args:
        engine: An engine with connections to give away: a file or a server.
        isolation: The isolation level, in the words of the database; None leaves the
            engine's own. Not used on SQLite, where a group is the only writer.

    Raises:
        AtomicSetupError: The engine cannot serve a group.
    """

    def __init__(self, engine: AnyEngine, *, isolation: str | None = "SERIALIZABLE") -> None:
        try:
            from sqlalchemy import Engine
            from sqlalchemy.ext.asyncio import AsyncEngine

            from hbia_dsl.atomicity.sqlalchemy_fitness import check_engine, check_isolation
        except ImportError as error:
            raise unfit(
                "groups on SQLAlchemy need it, and it is not installed",
                'pip install "hbia-dsl[sqlalchemy]"',
            ) from error
        given: object = engine
        if not isinstance(given, Engine | AsyncEngine):
            raise unfit(
                f"`engine` must be an Engine or an AsyncEngine, not a {type(given).__name__}",
                'write SqlAlchemyTransaction(create_engine("postgresql+psycopg://..."))',
            )
        self._given = given
        self._engine = given if isinstance(given, Engine) else given.sync_engine
        self._isolation = isolation
        self._proven = self._engine.dialect.name != "sqlite"
        check_engine(self._engine)
        check_isolation(self._engine, isolation)
        if not self.is_async:
            self._prove_if_possible()

    def __repr__(self) -> str:
        return f"SqlAlchemyTransaction({self._engine.name}+{self._engine.driver})"

    @property
    def is_async(self) -> bool:
        """Whether the engine is an `AsyncEngine`."""
        return self._given is not self._engine

    @property
    def resources(self) -> tuple[str, ...]:
        """What members can ask for: a connection or a session."""
        if self.is_async:
            return (SQLALCHEMY_ASYNC_CONNECTION, SQLALCHEMY_ASYNC_SESSION)
        return (SQLALCHEMY_CONNECTION, SQLALCHEMY_SESSION)

    def open(self) -> TransactionUnit | AsyncTransactionUnit:
        """Return a unit for one attempt."""
        from sqlalchemy import Engine

        if isinstance(self._given, Engine):
            from hbia_dsl.atomicity.sqlalchemy_unit import SqlAlchemyUnit

            return SqlAlchemyUnit(self._given, self._isolation, self._prove)
        from hbia_dsl.atomicity.sqlalchemy_async_unit import AsyncSqlAlchemyUnit

        return AsyncSqlAlchemyUnit(self._given, self._isolation, self._prove)

    def _prove_if_possible(self) -> None:
        """Run the self-test; if the database cannot be reached now, leave it for `begin`."""
        from sqlalchemy.exc import DBAPIError

        try:
            self._prove()
        except DBAPIError:
            return

    def _prove(self) -> None:
        """Run the self-test unless it has been."""
        from hbia_dsl.atomicity.sqlalchemy_fitness import prove_rollback

        if self._proven:
            return
        prove_rollback(self._engine)
        self._proven = True
