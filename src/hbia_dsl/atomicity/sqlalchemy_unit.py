"""One attempt of a group on a SQLAlchemy engine. Loaded when a group opens one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from hbia_dsl.atomicity.failure_reading import (
    FAILED_TRANSACTION,
    NO_SUCH_SAVEPOINT,
    NO_TRANSACTION,
    is_busy,
    note_other_connection,
    read_failure,
    sqlstate_of,
)
from hbia_dsl.atomicity.refusal import (
    OWN_PREFIX,
    autocommitting,
    broken_transaction,
    doomed_commit,
    unfit,
    unknown_commit,
)
from hbia_dsl.atomicity.sqlalchemy_guard import GuardedRoot, GuardedSqlConnection
from hbia_dsl.atomicity.sqlite_begin import DriverMode
from hbia_dsl.atomicity.transaction import FailureKind
from hbia_dsl.atomicity.unit_account import UnitAccount
from hbia_dsl.declare.resource_types import (
    SQLALCHEMY_CONNECTION,
    SQLALCHEMY_SESSION,
    resource_name,
)

_GUARD: Final = f"{OWN_PREFIX}group"
"""A savepoint right after BEGIN: it is there as long as the transaction is the same one."""


class SqlAlchemyUnit(UnitAccount):
    """A connection of an engine's pool with one transaction; see `TransactionUnit`.

    Sessions of members join it with savepoints: their `commit()` keeps the changes within
    the group, and only the group's COMMIT makes them lasting.

    Args:
        engine: The user's engine.
        isolation: The isolation level, None for the engine's own.
        before: Called before a connection is taken: the self-test of the engine.
    """

    def __init__(
        self, engine: Engine, isolation: str | None, before: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._engine = engine
        self._before = before
        self._isolation = isolation
        self._connection: GuardedSqlConnection | None = None
        self._root: GuardedRoot | None = None
        self._mode: DriverMode | None = None
        self._session: Session | None = None
        self._driver: object = None
        self._is_only_writer = False
        """Whether no statement of a member can find the database busy."""

    def begin(self) -> None:
        """Take a connection from the pool and open the transaction."""
        if self._before is not None:
            self._before()
        self._connection = connection = GuardedSqlConnection(self._engine)
        if connection.dialect.name == "sqlite":
            self._mode = DriverMode(connection)
            self._mode.hold_back()
        elif self._isolation is not None:
            connection.execution_options(isolation_level=self._isolation)
        self._driver = connection.connection.driver_connection
        if self._mode is None and getattr(self._driver, "autocommit", False) is True:
            raise autocommitting()
        self._root = GuardedRoot(connection)
        if self._mode is not None:
            self._mode.begin_immediate()
            connection.is_open = self._mode.in_transaction
        connection.dialect.do_savepoint(connection, _GUARD)
        connection.keep_options()
        connection.own = False
        self._is_only_writer = self._mode is not None and self._mode.is_only_writer

    def savepoint(self, name: str) -> None:
        """Remember this point."""
        with self._at_work() as connection:
            connection.dialect.do_savepoint(connection, OWN_PREFIX + name)

    def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint, also after a failed statement."""
        self._leave_session(succeeded=False)
        with self._at_work() as connection:
            connection.dialect.do_rollback_to_savepoint(connection, OWN_PREFIX + name)

    def enter_member(self, name: str) -> None:
        """Look whether the transaction is there."""
        del name
        self._live()

    def leave_member(self, *, succeeded: bool) -> None:
        """Write what the member's session holds, and forget the session.

        Savepoints that the member left open are kept, or undone if it failed. Results that it
        left open are closed; options that it gave to the connection are taken off.
        """
        self._leave_session(succeeded=succeeded)
        connection = self._connection
        if connection is None or connection.invalidated:
            return
        while (nested := connection.get_nested_transaction()) is not None:
            if succeeded:
                nested.commit()
            else:
                self._undo(nested.rollback)
                if connection.get_nested_transaction() is nested:
                    return  # the connection is in no state for it; the group rolls back

    def resource(self, kind: object) -> object:
        """Return the connection, or the member's session on it."""
        name = resource_name(kind)
        if name == SQLALCHEMY_CONNECTION:
            return self.connection()
        if name == SQLALCHEMY_SESSION:
            if self._session is None:
                self.join(
                    Session(
                        self._live(),
                        join_transaction_mode="create_savepoint",
                        expire_on_commit=False,  # what a member returns is read later
                    )
                )
            return self._session
        raise unfit(
            "a group on a SQLAlchemy engine has no such resource",
            "annotate the parameter sqlalchemy.Connection or sqlalchemy.orm.Session",
        )

    def connection(self) -> Connection:
        """Return the connection as members get it."""
        return self._live()

    def join(self, session: Session) -> None:
        """Have a session written and closed when the member is left."""
        self._session = session

    def interrupt(self) -> None:
        """Stop the statement that is running, with what the driver has for it."""
        names = ("cancel_safe", "interrupt", "cancel")  # psycopg, sqlite3, other drivers
        stop = next((n for n in names if hasattr(self._driver, n)), None)
        if stop is not None:
            self._undo(getattr(self._driver, stop))

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means."""
        if self._outcome in {"committed", "unknown"}:
            return "other"  # running it again could do it twice
        if self._is_only_writer and is_busy(error):
            note_other_connection(error)
            return "other"
        kind = read_failure(error)
        lost = self._connection is not None and self._connection.invalidated
        if kind == "other" and lost and isinstance(error, SQLAlchemyError):
            return "lost"
        return kind

    def commit(self) -> None:
        """Commit in two steps, so that only the answer to the second can be missed."""
        self._is_only_writer = False  # COMMIT waits for readers
        with self._at_work() as connection:
            try:
                connection.dialect.do_release_savepoint(connection, _GUARD)
            except DBAPIError as error:
                raise self._unreleased(error) from error
            self._send_commit(cast(GuardedRoot, self._root))

    def _unreleased(self, error: DBAPIError) -> Exception:
        """Say why the first step failed."""
        state = sqlstate_of(error)
        if state == FAILED_TRANSACTION:
            return doomed_commit()
        gone = self._mode is not None and self._mode.is_missing_savepoint(error)
        if gone or state in {NO_SUCH_SAVEPOINT, NO_TRANSACTION}:
            self._outcome = "unknown"
            return broken_transaction("a member ended it")
        return error

    def _send_commit(self, root: GuardedRoot) -> None:
        self._outcome = "unknown"  # whatever cuts the next line short
        try:
            root.commit()
        except DBAPIError as error:
            if error.connection_invalidated or read_failure(error) == "lost":
                raise unknown_commit() from error
            self._outcome = "open"
            raise
        self._outcome = "committed"

    def rollback(self) -> None:
        """Undo everything; drops the connection if that cannot be done otherwise."""
        connection = self._connection
        if connection is None or self._outcome != "open":
            return
        self._leave_session(succeeded=False)
        self._outcome = "rolled back"
        connection.own = True
        if self._root is not None and not self._undo(self._root.rollback):
            self._undo(connection.invalidate)  # the database rolls back what has no connection

    def close(self) -> None:
        """Give the connection back to its pool, as it was."""
        connection = self._connection
        if connection is None:
            return
        self.rollback()
        connection.own = True
        if self._mode is not None:
            self._undo(self._mode.give_back)
        if not self._undo(connection.close):
            self._undo(connection.invalidate)
        self._connection = None

    @contextmanager
    def _at_work(self) -> Iterator[GuardedSqlConnection]:
        connection = self._live()
        connection.own = True
        try:
            yield connection
        finally:
            connection.own = False

    def _live(self) -> GuardedSqlConnection:
        if self._connection is None or self._root is None or self._outcome != "open":
            raise broken_transaction("it was used before `begin` or after its end")
        return self._connection

    def _leave_session(self, *, succeeded: bool) -> None:
        session, self._session = self._session, None
        if session is None:
            self._take_back()
            return
        try:
            try:
                if succeeded:
                    session.flush()  # with the member's own options, such as a map of schemas
            finally:
                self._take_back()
            if succeeded:
                session.commit()
        finally:
            self._undo(session.close)

    def _take_back(self) -> None:
        if self._connection is not None:
            self._connection.take_back()

    def _undo(self, step: Callable[[], object]) -> bool:
        """Take a step of undoing; what it raises is kept, not raised."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - of any driver, and undoing goes on
            self._troubles.append(error)
            return False
        return True
