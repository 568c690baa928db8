"""A psycopg connection that a member may use, but whose transaction it cannot end.

Two layers: methods and statements that would end the transaction are refused before
anything is sent; and the state that the server reports after every exchange shows a
transaction that was ended in another way. Loaded only when a group opens PostgreSQL.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import NoReturn, Self, TypeVar, cast
from weakref import WeakSet

import psycopg
from psycopg.abc import Params, PQGen, Query
from psycopg.copy import Copy, Writer
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.sql import Composable

from hbia_dsl.atomicity.failure_reading import read_failure
from hbia_dsl.atomicity.refusal import broken_transaction, ended_by_member
from hbia_dsl.atomicity.statement_scanning import ending_statement

ResultT = TypeVar("ResultT")


class GuardedPostgresCursor(psycopg.Cursor[TupleRow]):
    """A cursor that sends no statement that would end the transaction."""

    def execute(
        self,
        query: Query,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        """Run one statement, or several without parameters."""
        _refuse_ending(cast(GuardedPostgresConnection, self.connection), query)
        return super().execute(query, params, prepare=prepare, binary=binary)  # type: ignore[arg-type, misc]  # psycopg's overloads for template strings

    def executemany(
        self, query: Query, params_seq: Iterable[Params], *, returning: bool = False
    ) -> None:
        """Run one statement for each set of parameters."""
        _refuse_ending(cast(GuardedPostgresConnection, self.connection), query)
        super().executemany(query, params_seq, returning=returning)

    def stream(
        self,
        query: Query,
        params: Params | None = None,
        *,
        binary: bool | None = None,
        size: int = 1,
    ) -> Iterator[TupleRow]:
        """Iterate over the rows as they come."""
        connection = cast(GuardedPostgresConnection, self.connection)
        _refuse_ending(connection, query)
        rows = super().stream(query, params, binary=binary, size=size)
        connection.lent.add(cast(Generator[object, None, None], rows))
        return rows

    def copy(  # type: ignore[override]  # psycopg's is a decorated generator
        self, statement: Query, params: Params | None = None, *, writer: Writer | None = None
    ) -> AbstractContextManager[Copy]:
        """Copy rows in or out."""
        connection = cast(GuardedPostgresConnection, self.connection)
        _refuse_ending(connection, statement)
        copy = super().copy(statement, params, writer=writer)
        made: object = getattr(copy, "gen", None)  # of `contextlib.contextmanager`
        if isinstance(made, Generator):
            connection.lent.add(made)
        return copy


class GuardedServerCursor(psycopg.ServerCursor[TupleRow]):
    """A cursor kept by the server; its query is text that could hold more than a query."""

    def execute(
        self,
        query: Query,
        params: Params | None = None,
        *,
        binary: bool | None = None,
        **kwargs: object,
    ) -> Self:
        """Declare the cursor."""
        _refuse_ending(cast(GuardedPostgresConnection, self.connection), query)
        return super().execute(query, params, binary=binary, **kwargs)


class GuardedPostgresConnection(psycopg.Connection[TupleRow]):
    """A connection whose transaction only its unit can begin and end."""

    own: bool = True
    """Whether the unit itself is at work; what it sends is not judged."""
    conflicted: bool = False
    """Whether a conflict was reported, perhaps to a member that kept it to itself."""
    ended: bool = False
    """Whether the transaction was seen to end while a member had the connection."""

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]  # psycopg's, handed on
        self.lent: WeakSet[Generator[object, None, None]] = WeakSet()
        """What members read or write bit by bit: one that is not at its end has the connection."""

    def take_back(self) -> None:
        """End what a member did not bring to its end; other cursors hold nothing back."""
        for lent in [*self.lent]:
            self.lent.discard(lent)
            with suppress(psycopg.Error):  # a COPY that is cut short; the commit tells of it
                lent.close()

    def run_own(self, text: bytes) -> str | None:
        """Run statements of the unit; return the server's word for the last one."""
        self.own = True
        try:
            with psycopg.Cursor(self) as cursor:
                return cursor.execute(text).statusmessage
        finally:
            self.own = False

    def close_own(self) -> None:
        """Close the connection, for its unit."""
        super().close()

    def wait(
        self, gen: PQGen[ResultT], interval: float = 0.1, timeout: float | None = None
    ) -> ResultT:
        """Exchange bytes with the server, and look at what became of the transaction."""
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.Error as error:
            self.conflicted = self.conflicted or read_failure(error) == "conflict"
            raise
        finally:
            if not self.own and self.pgconn.transaction_status == TransactionStatus.IDLE:
                self.ended = True

    def commit(self) -> None:
        """Refuse: the group commits."""
        raise ended_by_member("`commit()`")

    def rollback(self) -> None:
        """Refuse: the group rolls back when a member raises."""
        raise ended_by_member(
            "`rollback()`", "raise an exception, or use `with conn.transaction()`"
        )

    def close(self) -> None:
        """Refuse: the group closes its connection."""
        raise ended_by_member("`close()`", "leave it out; the group closes its connection")

    def __enter__(self) -> NoReturn:
        raise ended_by_member("`with` around the connection", "use the connection without `with`")

    def tpc_begin(self, xid: object) -> NoReturn:  # noqa: ARG002 - as psycopg's
        """Refuse: a transaction prepared and left holds its locks for ever."""
        raise ended_by_member("`tpc_begin()`")


def _refuse_ending(connection: GuardedPostgresConnection, query: Query) -> None:
    """Refuse a query that would end the transaction.

    Raises:
        AtomicStatementError: It would.
        AtomicBrokenError: The transaction has ended already: what came now would be
            committed at once.
    """
    if connection.own:
        return
    if connection.ended:
        raise broken_transaction("a member ended it", in_member=True)
    found = ending_statement(_text(connection, query), postgres=True)
    if found is not None:
        raise ended_by_member(f"`{found}`")


def _text(connection: GuardedPostgresConnection, query: object) -> str:
    if isinstance(query, bytes):
        return query.decode(errors="replace")
    if isinstance(query, Composable):
        return query.as_string(connection)
    strings = getattr(query, "strings", None)  # a template string of Python 3.14
    return " ".join(strings) if isinstance(strings, tuple) else str(query)
