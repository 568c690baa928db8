"""Make SQLAlchemy's SQLite drivers begin when they are told, and not when they feel like it.

Left alone, `sqlite3` begins a transaction before the first INSERT, UPDATE or DELETE: a
savepoint set earlier, or DDL, is then outside of it and stays after a rollback.
SQLAlchemy's manual has the recipe: turn the driver's own beginning off and send BEGIN.
Here it is applied to one connection while a group has it; the engine stays as it is.
"""

from typing import Protocol, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hbia_dsl.atomicity.refusal import unfit

_SQLITE_ERROR = 1


class _Adapted(Protocol):
    """What SQLAlchemy hands out for `sqlite3` and for `aiosqlite`."""

    isolation_level: str | None


class _Driver(Protocol):
    """The driver's own connection."""

    @property
    def in_transaction(self) -> bool: ...


class DriverMode:
    """How one pooled SQLite connection begins transactions, and how it did before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        pooled = connection.connection
        self._adapted = cast(_Adapted, pooled.dbapi_connection)
        self._driver = cast(_Driver, pooled.driver_connection)
        self._before = self._adapted.isolation_level
        self.is_only_writer = False
        """Whether the transaction has the write lock from its beginning, and until its end."""

    def hold_back(self) -> None:
        """Let the driver begin nothing by itself.

        Raises:
            AtomicSetupError: The engine asks for `autocommit=True` of Python 3.12, in which
                the driver's `commit()` does nothing.
        """
        if getattr(self._driver, "autocommit", None) is True:
            raise unfit(
                "an engine with autocommit=True cannot serve an atomic group",
                "leave `autocommit` out of the engine's `connect_args`",
            )
        if self._before is not None:
            self._adapted.isolation_level = None

    def begin_immediate(self) -> None:
        """Become the writer, unless an event of the engine sent BEGIN already."""
        if not self.in_transaction():
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            self.is_only_writer = True

    def in_transaction(self) -> bool:
        """Return whether the transaction is there; SQLite drops it after some failures."""
        return self._driver.in_transaction

    def give_back(self) -> None:
        """Let the driver begin as it did before."""
        if self._before is not None and not self._connection.invalidated:
            self._adapted.isolation_level = self._before

    def is_missing_savepoint(self, error: DBAPIError) -> bool:
        """Return whether a RELEASE failed because its savepoint is not there."""
        return getattr(error.orig, "sqlite_errorcode", None) == _SQLITE_ERROR
