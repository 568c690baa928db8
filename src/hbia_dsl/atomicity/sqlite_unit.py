"""One attempt of a group on a SQLite file. Loaded when a group opens one."""

import os
import sqlite3
import threading
import time
from typing import Final

from hbia_dsl.atomicity.failure_reading import is_busy, note_other_connection, read_failure
from hbia_dsl.atomicity.refusal import OWN_PREFIX, broken_transaction, unfit
from hbia_dsl.atomicity.sqlite_guard import GuardedConnection
from hbia_dsl.atomicity.sqlite_transaction import SqliteTransaction
from hbia_dsl.atomicity.transaction import FailureKind
from hbia_dsl.atomicity.unit_account import UnitAccount
from hbia_dsl.declare.resource_types import SQLITE_CONNECTION, resource_name

_LONGEST_PAUSE_S: Final = 0.05
"""The longest wait between two tries to become the writer."""


class SqliteUnit(UnitAccount):
    """A connection with one immediate transaction; see `TransactionUnit`.

    Written out here: `BEGIN IMMEDIATE` takes the write lock at once, so a group never
    finds at its end that another was faster; and waiting for that lock can be
    interrupted, which SQLite's own waiting cannot.
    """

    def __init__(self, source: SqliteTransaction) -> None:
        super().__init__()
        self._source = source
        self._connection: GuardedConnection | None = None
        self._interrupted = threading.Event()
        self._is_only_writer = False
        """Whether no statement of a member can find the file busy."""

    def begin(self) -> None:
        """Open the file and become its writer; waits for its turn.

        Raises:
            AtomicSetupError: There can be no file of that name.
        """
        try:
            self._open_and_begin()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_CANTOPEN:
                raise
            file = os.path.basename(self._source.database)
            raise unfit(
                f"SQLite cannot open `{file}`, which a group is to write",
                "see that its folder is there and may be written",
            ) from error

    def _open_and_begin(self) -> None:
        self._connection = connection = sqlite3.connect(
            self._source.database,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            factory=GuardedConnection,
            # A statement from the cache would not be shown to the authorizer again.
            cached_statements=0,
            uri=self._source.uri,
        )
        for name, value in self._source.pragmas:
            connection.run_own(f"PRAGMA {name} = {value}")
        self._begin_in_turn(connection)
        connection.run_own(f"PRAGMA busy_timeout = {int(self._source.busy_timeout_s * 1000)}")
        connection.guard()
        self._is_only_writer = True

    def _begin_in_turn(self, connection: GuardedConnection) -> None:
        give_up_at = time.monotonic() + self._source.busy_timeout_s
        pause_s = 0.001
        while True:
            try:
                connection.run_own("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                left_s = give_up_at - time.monotonic()
                if read_failure(error) != "conflict" or left_s <= 0:
                    raise
                if self._interrupted.wait(min(pause_s, left_s)):
                    raise
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                return

    def savepoint(self, name: str) -> None:
        """Remember this point."""
        self._live().run_own(f"SAVEPOINT {OWN_PREFIX}{name}")

    def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint."""
        self._live().run_own(f"ROLLBACK TO {OWN_PREFIX}{name}")

    def enter_member(self, name: str) -> None:
        """Make the connection look new to the member: no row factory of another one."""
        del name
        connection = self._live()
        connection.row_factory = None
        connection.text_factory = str

    def leave_member(self, *, succeeded: bool) -> None:
        """Close what the member did not, and see whether the transaction is still there."""
        if self._connection is not None:
            self._connection.take_back()
        if succeeded:
            self._live()

    def resource(self, kind: object) -> object:
        """Return the connection."""
        if resource_name(kind) != SQLITE_CONNECTION:
            raise unfit(
                "a SQLite group has no such resource", "annotate the parameter sqlite3.Connection"
            )
        return self._live()

    def interrupt(self) -> None:
        """Stop a statement, or the waiting for the write lock, from any thread."""
        self._interrupted.set()
        if self._connection is not None:
            try:
                self._connection.interrupt()
            except sqlite3.ProgrammingError:
                return  # closed in the meantime: there is nothing to stop

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means: a member of the only writer does not find the file busy."""
        if self._is_only_writer and is_busy(error):
            note_other_connection(error)
            return "other"
        return read_failure(error)

    def commit(self) -> None:
        """Commit; an error of SQLite's means that nothing was committed."""
        connection = self._live()
        self._is_only_writer = False  # COMMIT waits for readers
        try:
            connection.run_own("COMMIT")
        except sqlite3.Error:
            if not connection.in_transaction:  # SQLite rolled back by itself
                self._outcome = "rolled back"
            raise
        finally:
            # Also when an interrupt hits right after COMMIT: the truth is in the connection.
            if self._outcome == "open" and not connection.in_transaction:
                self._outcome = "committed"

    def rollback(self) -> None:
        """Undo everything; closes the connection if that cannot be done otherwise."""
        connection = self._connection
        if connection is None or self._outcome != "open":
            return
        try:
            if connection.in_transaction:
                connection.run_own("ROLLBACK")
        except sqlite3.Error as error:
            self._troubles.append(error)
            self._close(connection)  # closing rolls back
        self._outcome = "rolled back"

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self.rollback()
            self._close(self._connection)
            self._connection = None

    def _close(self, connection: GuardedConnection) -> None:
        try:
            connection.close_own()
        except sqlite3.Error as error:
            self._troubles.append(error)

    def _live(self) -> GuardedConnection:
        connection = self._connection
        if connection is None or self._outcome != "open":
            raise broken_transaction("it was used before `begin` or after its end")
        if not connection.in_transaction:
            self._outcome = "rolled back"
            raise broken_transaction("SQLite rolled it back after a failed statement")
        return connection
