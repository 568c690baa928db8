"""A SQLAlchemy connection that a member may use, but whose transaction it cannot end.

Loaded only when a group opens a SQLAlchemy engine.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn
from weakref import WeakSet

from sqlalchemy import Connection, Engine, ExecutionContext, RootTransaction, event

from hbia_dsl.atomicity.refusal import broken_transaction, ended_by_member
from hbia_dsl.atomicity.statement_scanning import ending_statement


class GuardedRoot(RootTransaction):
    """The group's transaction: a member that gets hold of it cannot end it either."""

    def commit(self) -> None:
        """Commit, if it is the group that asks."""
        _only_own(self.connection, "`commit()`")
        super().commit()

    def rollback(self) -> None:
        """Roll back, if it is the group that asks."""
        _only_own(self.connection, "`rollback()`")
        super().rollback()

    def close(self) -> None:
        """Roll back, if it is the group that asks."""
        _only_own(self.connection, "`close()` of the transaction")
        super().close()


class GuardedSqlConnection(Connection):
    """A connection whose transaction only its unit can begin and end.

    Args:
        engine: The user's engine. Nothing of it is changed: guard and listener are of
            this connection alone.
    """

    own: bool = True
    """Whether the unit itself is at work; what it sends is not judged."""
    is_open: Callable[[], bool] | None = None
    """Says whether the transaction is there, if the driver knows."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.lent: WeakSet[ExecutionContext] = WeakSet()
        """Statements of which a member may still read the result."""
        self._kept_options = self._execution_options
        event.listen(self, "before_cursor_execute", _judge)

    def keep_options(self) -> None:
        """Have each member begin with the options that there are now."""
        self._kept_options = self._execution_options

    def take_back(self) -> None:
        """Forget the options that a member set, and close what it did not read to its end."""
        self._execution_options = self._kept_options
        for context in [*self.lent]:
            self.lent.discard(context)
            with suppress(Exception):  # of any driver; a lost connection shows elsewhere
                context.cursor.close()

    def commit(self) -> None:
        """Refuse: the group commits."""
        _only_own(self, "`commit()`")
        super().commit()

    def rollback(self) -> None:
        """Refuse: the group rolls back when a member raises."""
        _only_own(self, "`rollback()`", "raise an exception, or use `with conn.begin_nested()`")
        super().rollback()

    def begin(self) -> RootTransaction:
        """Refuse: the transaction has begun."""
        _only_own(self, "`begin()`", "leave it out, or use `begin_nested()` for a savepoint")
        return super().begin()

    def close(self) -> None:
        """Refuse: the group gives its connection back."""
        _only_own(self, "`close()`", "leave it out; the group closes its connection")
        super().close()

    def invalidate(self, exception: BaseException | None = None) -> None:
        """Refuse, unless it is SQLAlchemy itself that found the connection lost."""
        if exception is None:
            _only_own(self, "`invalidate()`")
        super().invalidate(exception)

    def detach(self) -> None:
        """Refuse: the connection belongs to the group."""
        _only_own(self, "`detach()`")
        super().detach()

    def begin_twophase(self, xid: object = None) -> NoReturn:
        """Refuse: a transaction prepared and left holds its locks for ever."""
        del xid
        raise ended_by_member("`begin_twophase()`")

    def __enter__(self) -> NoReturn:
        raise ended_by_member("`with` around the connection", "use the connection without `with`")


def _only_own(connection: Connection, what: str, help_: str | None = None) -> None:
    if not (isinstance(connection, GuardedSqlConnection) and connection.own):
        raise ended_by_member(what, help_)


def _judge(  # noqa: PLR0917 - SQLAlchemy passes all by position
    connection: GuardedSqlConnection,
    cursor: object,
    statement: str,
    parameters: object,
    context: ExecutionContext,
    executemany: bool,  # noqa: FBT001 - SQLAlchemy passes it by position
) -> None:
    """Refuse a statement that would end the transaction; SQLAlchemy calls this before each."""
    del cursor, parameters, executemany
    if not connection.own:
        if connection.is_open is not None and not connection.is_open():
            raise broken_transaction(
                "the database rolled it back after a failed statement", in_member=True
            )
        found = ending_statement(statement, postgres=connection.dialect.name == "postgresql")
        if found is not None:
            raise ended_by_member(f"`{found}`")
        connection.lent.add(context)
