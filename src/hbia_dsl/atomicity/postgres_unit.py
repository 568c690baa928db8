"""One attempt of a group on PostgreSQL through psycopg. Loaded when a group opens one."""

from typing import Final

import psycopg
from psycopg.rows import tuple_row

from hbia_dsl.atomicity.failure_reading import (
    FAILED_TRANSACTION,
    NO_SUCH_SAVEPOINT,
    NO_TRANSACTION,
    read_failure,
)
from hbia_dsl.atomicity.postgres_guard import (
    GuardedPostgresConnection,
    GuardedPostgresCursor,
    GuardedServerCursor,
)
from hbia_dsl.atomicity.postgres_transaction import PostgresTransaction
from hbia_dsl.atomicity.refusal import (
    OWN_PREFIX,
    broken_transaction,
    doomed_commit,
    unfit,
    unknown_commit,
)
from hbia_dsl.atomicity.transaction import FailureKind
from hbia_dsl.atomicity.unit_account import UnitAccount
from hbia_dsl.declare.resource_types import POSTGRES_CONNECTION, resource_name

_GUARD: Final = f"{OWN_PREFIX}group".encode()
"""A savepoint right after BEGIN: it is there as long as the transaction is the same one."""
_CANCEL_TIMEOUT_S: Final = 5.0


class PostgresUnit(UnitAccount):
    """A connection with one transaction; see `TransactionUnit`.

    The connection is in the driver's autocommit mode, so the only BEGIN and COMMIT are
    the ones written here, and `conn.transaction()` in a member makes savepoints.
    """

    def __init__(self, source: PostgresTransaction) -> None:
        super().__init__()
        self._source = source
        self._connection: GuardedPostgresConnection | None = None

    def begin(self) -> None:
        """Connect and open the transaction."""
        self._connection = connection = GuardedPostgresConnection.connect(
            self._source.dsn,
            autocommit=True,
            connect_timeout=self._source.connect_timeout_s,
            fallback_application_name="hbia_dsl",
        )
        level = self._source.isolation.encode()
        connection.run_own(b"BEGIN ISOLATION LEVEL " + level + b"; SAVEPOINT " + _GUARD)

    def savepoint(self, name: str) -> None:
        """Remember this point."""
        self._live().run_own(f"SAVEPOINT {OWN_PREFIX}{name}".encode())

    def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint, also after a failed statement."""
        self._live().run_own(f"ROLLBACK TO SAVEPOINT {OWN_PREFIX}{name}".encode())

    def enter_member(self, name: str) -> None:
        """Make the connection look new to the member: no factory of another one."""
        del name
        connection = self._live()
        connection.row_factory = tuple_row
        connection.cursor_factory = GuardedPostgresCursor
        connection.server_cursor_factory = GuardedServerCursor

    def leave_member(self, *, succeeded: bool) -> None:
        """End what the member has not read, and see whether the transaction is still there."""
        if self._connection is not None:
            self._connection.take_back()
        if succeeded:
            self._live()

    def resource(self, kind: object) -> object:
        """Return the connection."""
        if resource_name(kind) != POSTGRES_CONNECTION:
            raise unfit(
                "a PostgreSQL group has no such resource",
                "annotate the parameter psycopg.Connection",
            )
        return self._live()

    def interrupt(self) -> None:
        """Ask the server to cancel the statement that is running, from any thread."""
        if self._connection is not None:
            try:
                self._connection.cancel_safe(timeout=_CANCEL_TIMEOUT_S)
            except psycopg.Error as error:
                self._troubles.append(error)

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means, also one that a member met with and did not show."""
        if self._outcome in {"committed", "unknown"}:
            return "other"  # running it again could do it twice
        kind = read_failure(error)
        if kind == "other" and self._connection is None:
            return _connect_failure(error)
        if kind == "other" and self._connection is not None:
            if self._connection.broken and isinstance(error, psycopg.OperationalError):
                return "lost"
            if self._connection.conflicted:
                return "conflict"
        return kind

    def commit(self) -> None:
        """Commit in two steps, so that only the answer to the second can be missed."""
        connection = self._live()
        try:
            connection.run_own(b"RELEASE SAVEPOINT " + _GUARD)
        except psycopg.Error as error:
            if error.sqlstate == FAILED_TRANSACTION:
                raise doomed_commit() from error
            if error.sqlstate in {NO_SUCH_SAVEPOINT, NO_TRANSACTION}:
                self._outcome = "unknown"
                raise broken_transaction("a member ended it") from error
            raise
        self._send_commit(connection)

    def _send_commit(self, connection: GuardedPostgresConnection) -> None:
        self._outcome = "unknown"  # whatever cuts the next line short
        try:
            answer = connection.run_own(b"COMMIT")
        except psycopg.Error as error:
            if connection.closed or read_failure(error) == "lost":
                raise unknown_commit() from error
            self._outcome = "open"
            raise
        if answer != "COMMIT":  # the server's way to say that it rolled back
            self._outcome = "rolled back"
            raise doomed_commit()
        self._outcome = "committed"

    def rollback(self) -> None:
        """Undo everything; closes the connection if that cannot be done otherwise."""
        connection = self._connection
        if connection is None or self._outcome != "open":
            return
        self._outcome = "rolled back"
        if connection.closed:
            return
        try:
            connection.run_own(b"ROLLBACK")
        except psycopg.Error as error:
            self._troubles.append(error)
            self._close(connection)  # the server rolls back what has no connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self.rollback()
            self._close(self._connection)

    def _close(self, connection: GuardedPostgresConnection) -> None:
        try:
            connection.close_own()
        except psycopg.Error as error:
            self._troubles.append(error)

    def _live(self) -> GuardedPostgresConnection:
        connection = self._connection
        if connection is None or self._outcome != "open":
            raise broken_transaction("it was used before `begin` or after its end")
        if connection.ended:
            self._outcome = "unknown"
            raise broken_transaction("a member ended it")
        return connection


def _connect_failure(error: BaseException) -> FailureKind:
    """Read a failure to connect: a server that answers FATAL has said no, others were not there."""
    if not isinstance(error, psycopg.OperationalError):
        return "other"
    return "other" if "FATAL" in str(error) else "lost"
