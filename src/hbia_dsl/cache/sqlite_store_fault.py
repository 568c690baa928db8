"""What an error from SQLite or from the file system means to a store.

SQLite's codes are compared without their extension (the lowest byte), as SQLite documents them.
"""

import sqlite3
from enum import Enum
from typing import Final


class Fault(Enum):
    """What an error says about the store."""

    DAMAGED = "damaged"
    """The file is not what we wrote: set it aside and start a new one."""
    LOST = "lost"
    """The file or the connection is gone: open again."""
    UNABLE = "unable"
    """It cannot be done now: full, locked, read-only, no rights. Try again later."""


class StoreUnusable(Exception):  # noqa: N818 - a state of the surroundings, not of the program
    """Nothing can be kept in a directory; the text says why, without naming it."""


DATABASE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second if its message quotes a damaged name."""

BEARABLE: Final = (*DATABASE_ERRORS, OSError, MemoryError, StoreUnusable)
"""What a store answers with a miss."""

_ERROR: Final = 1  # our SQL is right, so the schema must be wrong
_READ_ONLY: Final = 8
_CORRUPT: Final = 11
_CANNOT_OPEN: Final = 14
_TOO_BIG: Final = 18
_MISMATCH: Final = 20
_NOT_A_DATABASE: Final = 26

_DAMAGE: Final = frozenset({_ERROR, _CORRUPT, _TOO_BIG, _MISMATCH, _NOT_A_DATABASE})
_UNWRITABLE: Final = frozenset({_READ_ONLY, _CANNOT_OPEN})

_MOVED: Final = _READ_ONLY | (4 << 8)
"""`SQLITE_READONLY_DBMOVED`: the file that is open is not the one of that name any more."""


def meaning_of(error: Exception) -> Fault:
    """Return what an error says about the store."""
    if isinstance(error, UnicodeDecodeError):
        return Fault.DAMAGED
    if isinstance(error, sqlite3.ProgrammingError):
        return Fault.LOST  # "Cannot operate on a closed database": another thread let go of it
    if not isinstance(error, sqlite3.DatabaseError):
        return Fault.UNABLE
    code = _code_of(error)
    if code == _MOVED:
        return Fault.LOST
    return Fault.DAMAGED if code & 0xFF in _DAMAGE else Fault.UNABLE


def is_unwritable(error: Exception) -> bool:
    """Return whether a database cannot be used because nothing can be written beside it."""
    return isinstance(error, sqlite3.Error) and _code_of(error) & 0xFF in _UNWRITABLE


def is_no_database(error: Exception) -> bool:
    """Return whether a file does not even begin as a database does."""
    return isinstance(error, sqlite3.Error) and _code_of(error) & 0xFF == _NOT_A_DATABASE


def _code_of(error: sqlite3.Error) -> int:
    # Python's module makes some errors itself, without a code: of data that it cannot read.
    return getattr(error, "sqlite_errorcode", _ERROR)
