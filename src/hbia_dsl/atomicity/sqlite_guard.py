"""A SQLite connection that a member may use, but whose transaction it cannot end.

Two layers: methods that would end the transaction say so in words, and below them
SQLite's authorizer refuses the statements, however they are sent. Loaded only when a
group opens a SQLite database.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Final, NoReturn, Self, TypeVar, cast, overload
from weakref import WeakSet

from hbia_dsl.atomicity.refusal import OWN_PREFIX, broken_transaction, ended_by_member

CursorT = TypeVar("CursorT", bound=sqlite3.Cursor)

_ALWAYS_REFUSED: Final = {
    sqlite3.SQLITE_ATTACH: "ATTACH",  # a second database: not committed together in WAL mode
    sqlite3.SQLITE_DETACH: "DETACH",
}
_BACKUP_ADVICE: Final = "keep one database a group; open others by connections of their own"


Parameters = Sequence[object] | Mapping[str, object]


class GuardedCursor(sqlite3.Cursor):
    """A cursor that says which statement was refused, and why."""

    def execute(  # type: ignore[override]  # "anything with a length and items" has no public name
        self, sql: str, parameters: Parameters = (), /
    ) -> Self:
        """Run one statement."""
        with _explained(cast(GuardedConnection, self.connection)):
            return super().execute(sql, parameters)

    def executemany(  # type: ignore[override]  # as above
        self, sql: str, parameters: Iterable[Parameters], /
    ) -> Self:
        """Run one statement for each set of parameters."""
        with _explained(cast(GuardedConnection, self.connection)):
            return super().executemany(sql, parameters)

    def executescript(self, sql_script: str, /) -> NoReturn:  # noqa: ARG002 - as sqlite3's
        """Refuse: a script begins with a COMMIT of its own."""
        raise _script_refused()


class GuardedConnection(sqlite3.Connection):
    """A connection whose transaction only its unit can begin and end."""

    refused: str | None = None
    """What the authorizer refused last, until it was reported."""
    broken: bool = False
    """Whether the transaction ended without its unit."""
    own: bool = True
    """Whether a statement of the unit itself is running."""

    def __init__(self, *args: object, **named: object) -> None:
        self._lent: WeakSet[sqlite3.Cursor | sqlite3.Blob] = WeakSet()
        """What members got and may hold on to: a statement that is not at its end locks the
        file, also after its connection was closed."""
        super().__init__(*args, **named)  # type: ignore[arg-type]  # sqlite3's, handed on

    def take_back(self) -> None:
        """Close what members got; what they use of it later fails."""
        for lent in [*self._lent]:
            try:
                lent.close()
            except sqlite3.Error:  # a thread that a member left behind is inside of it
                continue
            self._lent.discard(lent)

    def guard(self) -> None:
        """Have every statement judged from now on."""
        super().set_authorizer(self._judge)
        self.own = False

    def run_own(self, sql: str) -> None:
        """Run a statement of the unit, which may do what members may not."""
        self.own = True
        try:
            sqlite3.Cursor(self).execute(sql).close()
        finally:
            self.own = False

    def close_own(self) -> None:
        """Close the connection, for its unit."""
        self.take_back()
        super().close()

    def _judge(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if self.own:
            return sqlite3.SQLITE_OK
        if not self.in_transaction:
            # SQLite rolled it back (disk full, a conflict clause): what came now would
            # be committed one by one.
            self.broken = True
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_TRANSACTION:
            self.refused = first or "a transaction statement"
        elif action == sqlite3.SQLITE_SAVEPOINT:
            if not (second or "").lower().startswith(OWN_PREFIX):
                return sqlite3.SQLITE_OK
            self.refused = f"{first} of a savepoint of the group"
        elif action in _ALWAYS_REFUSED:
            self.refused = _ALWAYS_REFUSED[action]
        else:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    @overload
    def cursor(self, factory: None = None) -> GuardedCursor: ...
    @overload
    def cursor(self, factory: Callable[[sqlite3.Connection], CursorT]) -> CursorT: ...
    def cursor(
        self, factory: Callable[[sqlite3.Connection], CursorT] | None = None
    ) -> sqlite3.Cursor:
        """Return a cursor; with a factory of its own, refusals come as sqlite3's error."""
        made = super().cursor(GuardedCursor if factory is None else factory)
        self._lent.add(made)
        return made

    def blobopen(
        self,
        table: str,
        column: str,
        row: int,
        /,
        *,
        readonly: bool = False,
        name: str = "main",
    ) -> sqlite3.Blob:
        """Open a blob for reading and writing in pieces."""
        blob = super().blobopen(table, column, row, readonly=readonly, name=name)
        self._lent.add(blob)
        return blob

    def execute(  # type: ignore[override]  # as the cursor's
        self, sql: str, parameters: Parameters = (), /
    ) -> GuardedCursor:
        """Run one statement on a new cursor."""
        return self.cursor().execute(sql, parameters)

    def executemany(  # type: ignore[override]  # as the cursor's
        self, sql: str, parameters: Iterable[Parameters], /
    ) -> GuardedCursor:
        """Run one statement for each set of parameters, on a new cursor."""
        return self.cursor().executemany(sql, parameters)

    def commit(self) -> NoReturn:
        """Refuse: the group commits."""
        raise ended_by_member("`commit()`")

    def rollback(self) -> NoReturn:
        """Refuse: the group rolls back when a member raises."""
        raise ended_by_member("`rollback()`")

    def close(self) -> NoReturn:
        """Refuse: the group closes its connection."""
        raise ended_by_member("`close()`", "leave it out; the group closes its connection")

    def executescript(self, sql_script: str, /) -> NoReturn:  # noqa: ARG002 - as sqlite3's
        """Refuse: a script begins with a COMMIT of its own."""
        raise _script_refused()

    def __enter__(self) -> NoReturn:
        raise ended_by_member("`with` around the connection", "use the connection without `with`")

    def set_authorizer(self, authorizer_callback: object) -> NoReturn:  # noqa: ARG002 - as sqlite3's
        """Refuse: the group's own guard is there."""
        raise ended_by_member("`set_authorizer()`", "leave it out; the group guards its connection")

    def backup(self, *_: object, **__: object) -> NoReturn:
        """Refuse: inside of a transaction that has written, sqlite3 waits for it for ever."""
        raise ended_by_member("`backup()`", "copy the database by a connection of its own")

    def deserialize(self, data: object, /, *, name: str = "main") -> NoReturn:  # noqa: ARG002 - as sqlite3's
        """Refuse: it replaces the database."""
        raise ended_by_member("`deserialize()`", _BACKUP_ADVICE)


def _script_refused() -> Exception:
    return ended_by_member("`executescript()`", "run its statements one by one with `execute()`")


@contextmanager
def _explained(connection: GuardedConnection) -> Iterator[None]:
    """Run a statement, and put the guard's own words in place of "not authorized"."""
    connection.refused = None
    if not (connection.own or connection.in_transaction):
        raise broken_transaction("SQLite rolled it back after a failed statement", in_member=True)
    try:
        yield
    except sqlite3.DatabaseError as error:
        if connection.broken:
            raise broken_transaction(
                "SQLite rolled it back after a failed statement", in_member=True
            ) from error
        if connection.refused is not None:
            raise ended_by_member(f"`{connection.refused}`") from error
        is_denied = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH
        if is_denied and current_thread() is main_thread():
            # The guard refused nothing: a Ctrl-C struck inside of it, and SQLite dropped it.
            raise KeyboardInterrupt from error
        raise
