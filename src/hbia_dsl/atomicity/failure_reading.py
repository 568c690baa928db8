"""What a database's exception means for the group: read from its codes, not its words.

Works on the attributes that drivers put on their exceptions, so no driver is imported.
Codes: appendix A of the PostgreSQL manual (SQLSTATE), the result codes of SQLite, the
server errors of MySQL.
"""

from collections.abc import Iterator
from typing import Final

from hbia_dsl.atomicity.transaction import FailureKind

FAILED_TRANSACTION: Final = "25P02"
"""SQLSTATE: a statement failed earlier, so only a rollback is possible."""
NO_SUCH_SAVEPOINT: Final = "3B001"
"""SQLSTATE: the savepoint is not there."""
NO_TRANSACTION: Final = "25P01"
"""SQLSTATE: savepoints need a transaction, and there is none."""

_CONFLICT_STATES: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_LOST_STATES: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
_LOST_CLASS: Final = "08"  # connection exceptions
_SQLITE_BUSY: Final = 5
_SQLITE_CONFLICTS: Final = frozenset({_SQLITE_BUSY, 6})  # or SQLITE_LOCKED, extended or not
_OTHER_CONNECTION: Final = (
    "is there another connection to the file inside the group? members use the group's own"
)
_MYSQL_CONFLICTS: Final = frozenset({1205, 1213})  # lock wait timeout, deadlock
_MYSQL_LOST: Final = frozenset({2006, 2013})  # server has gone away, lost during query


def read_failure(error: BaseException) -> FailureKind:
    """Say what an exception, or the one that it was raised from, means for its group.

    Follows `__cause__`, as set by `raise ... from ...`, and SQLAlchemy's `orig`; of a
    group of exceptions every leaf counts.
    """
    kinds = {_read_one(each) for each in _causes(error)}
    if "lost" in kinds:
        return "lost"
    return "conflict" if "conflict" in kinds else "other"


def is_busy(error: BaseException) -> bool:
    """Return whether SQLite found that another connection holds the file."""
    return any(
        isinstance(code := getattr(each, "sqlite_errorcode", None), int)
        and code & 0xFF == _SQLITE_BUSY
        for each in _causes(error)
    )


def note_other_connection(error: BaseException) -> None:
    """Say on a busy error how it can come out of a member whose own connection is never busy."""
    if _OTHER_CONNECTION not in getattr(error, "__notes__", ()):
        error.add_note(_OTHER_CONNECTION)


def sqlstate_of(error: BaseException) -> str | None:
    """Return the SQLSTATE that the server gave, through SQLAlchemy's wrapping too."""
    for each in _causes(error):
        state = getattr(each, "sqlstate", None) or getattr(each, "pgcode", None)
        if isinstance(state, str):
            return state
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        pending += [each.__cause__, getattr(each, "orig", None)]
        if isinstance(each, BaseExceptionGroup):
            pending += each.exceptions


def _read_one(error: BaseException) -> FailureKind:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if isinstance(state, str):
        if state in _CONFLICT_STATES:
            return "conflict"
        return "lost" if state in _LOST_STATES or state[:2] == _LOST_CLASS else "other"
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return "conflict" if code & 0xFF in _SQLITE_CONFLICTS else "other"
    if getattr(error, "connection_invalidated", False) is True:  # SQLAlchemy's finding
        return "lost"
    return _read_number(error)


def _read_number(error: BaseException) -> FailureKind:
    """Read the number that MySQL's drivers put first."""
    number = error.args[0] if error.args else None
    if type(error).__module__.partition(".")[0] not in {
        "pymysql",
        "MySQLdb",
        "asyncmy",
        "aiomysql",
    }:
        return "other"
    if number in _MYSQL_CONFLICTS:
        return "conflict"
    return "lost" if number in _MYSQL_LOST else "other"
