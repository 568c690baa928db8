"""The tables of a store, and how to tell our file from a damaged one and from somebody else's."""

import sqlite3
from enum import Enum
from typing import Final

APPLICATION_ID: Final = 0x48424361
"""`HBCa` in the header of the file: a cache of ours."""

SCHEMA_VERSION: Final = 1
"""Goes up with every change of the tables, or of what an entry means."""

_TABLES: Final = {
    "entry": """
        CREATE TABLE entry (
            key BLOB PRIMARY KEY NOT NULL,
            codec BLOB NOT NULL,
            flow BLOB NOT NULL,
            vertex BLOB NOT NULL,
            created_s REAL NOT NULL,
            used_s REAL NOT NULL,
            taken_bytes INTEGER NOT NULL,
            digest BLOB NOT NULL,
            payload NOT NULL -- the bytes, or the length of the file that holds them
        )
    """,
    "entry_by_use": "CREATE INDEX entry_by_use ON entry (used_s, taken_bytes)",
    "latest": """
        CREATE TABLE latest (
            vertex BLOB PRIMARY KEY NOT NULL, -- name of the flow, a zero, name of the vertex
            created_s REAL NOT NULL,
            parts BLOB NOT NULL
        )
    """,
}
_STATEMENTS: Final = {name: statement.strip() for name, statement in _TABLES.items()}


class Standing(Enum):
    """Whose file a database is."""

    OURS = "ours"
    DAMAGED = "damaged"
    """Ours, but not as we made it: of another version, or changed by an accident."""
    UNKNOWN = "unknown"
    """Not a database: ours, badly damaged, or another program's file. It is never deleted."""
    FOREIGN = "foreign"
    """Somebody else's: it is left alone."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Fill a new and empty database."""
    # Before the first page: lets `incremental_vacuum` give room back to the disk.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for statement in _STATEMENTS.values():
        connection.execute(statement)
    connection.execute("COMMIT")


def standing_of(connection: sqlite3.Connection) -> Standing:
    """Return whose file a database is.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # An empty file is nobody's loss: ours, cut short.
        return Standing.FOREIGN if application or tables else Standing.DAMAGED
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        return Standing.DAMAGED
    # Compared to the letter: a trigger that somebody planted would run with our statements.
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return Standing.OURS if dict(found.fetchall()) == _STATEMENTS else Standing.DAMAGED
