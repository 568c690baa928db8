"""How the database of a store is found, made, and connected to."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from hbia_dsl.cache.sqlite_store_fault import (
    DATABASE_ERRORS,
    Fault,
    StoreUnusable,
    is_no_database,
    is_unwritable,
    meaning_of,
)
from hbia_dsl.cache.sqlite_store_place import (
    DAMAGED,
    FOLDER_NAMES,
    UNKNOWN,
    Identity,
    StorePlace,
    make_directory,
    new_place,
    put_in_place,
    refuse_foreign_owner,
    remove_leftovers,
    remove_place,
    set_aside,
)
from hbia_dsl.cache.sqlite_store_schema import Standing, create_tables, standing_of

READ_WAIT_S: Final = 0.5
"""How long a look-up waits for a lock; in WAL mode it meets one only after a crash."""

WRITE_WAIT_S: Final = 2.0
"""How long a write waits for those of other processes."""

_ATTEMPTS: Final = 4

_SETTINGS: Final = (
    "PRAGMA synchronous = NORMAL",  # a power cut may lose the newest rows, no more
    "PRAGMA wal_autocheckpoint = 0",  # see `StoreDatabase.checkpoint_if_due`
    "PRAGMA secure_delete = OFF",  # some builds overwrite what is deleted: slow
    "PRAGMA cell_size_check = ON",  # finds a damaged page before it is used
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",  # a mapped file that somebody cuts short kills the process
)


@attrs.frozen
class Opened:
    """Connections to the database of a store."""

    place: StorePlace
    identity: Identity
    reader: sqlite3.Connection
    writer: sqlite3.Connection
    is_immutable: bool
    """Whether nothing can be written there: then it is read as it was when opened."""


@attrs.define
class Opening:
    """Finds a store in a directory, or makes one."""

    directory: str
    set_aside_count: int = 0
    """How many damaged ones had to be set aside."""

    def open(self) -> Opened:
        """Return connections to the store of the directory.

        Raises:
            StoreUnusable: Nothing can be kept there.
            OSError: As above.
            sqlite3.Error: As above.
        """
        make_directory(self.directory)
        remove_leftovers(self.directory)
        for name in FOLDER_NAMES:
            place = StorePlace(os.path.join(self.directory, name))
            for _ in range(_ATTEMPTS):  # more than one only if others come and go meanwhile
                standing, opened = self._try(place)
                if opened is not None:
                    return opened
                if standing is Standing.FOREIGN:
                    break
        raise StoreUnusable("what is there is not ours, or changes all the time")

    def _try(self, place: StorePlace) -> tuple[Standing, Opened | None]:
        if not os.path.lexists(place.folder):
            _create(self.directory, place)
        refuse_foreign_owner(place.folder)
        identity = place.identity()
        if identity is None:
            if not place.is_ours():
                return Standing.FOREIGN, None
            self.set_aside(place, None)
            return Standing.DAMAGED, None
        standing, opened = _connect_checked(place, identity)
        if standing in {Standing.DAMAGED, Standing.UNKNOWN}:
            self.set_aside(place, identity, DAMAGED if standing is Standing.DAMAGED else UNKNOWN)
        return standing, opened

    def set_aside(
        self, place: StorePlace, identity: Identity | None, prefix: str = DAMAGED
    ) -> None:
        """Set a damaged store aside and count it.

        Raises:
            OSError: It cannot be renamed.
        """
        set_aside(place, identity, prefix)
        self.set_aside_count += 1


def _create(directory: str, place: StorePlace) -> None:
    new = new_place(directory)
    try:
        connection = _connect(new, "rw", WRITE_WAIT_S)
        try:
            create_tables(connection)
        finally:
            connection.close()
    except BaseException:
        remove_place(new.folder)
        raise
    put_in_place(new, place)


def _connect_checked(place: StorePlace, identity: Identity) -> tuple[Standing, Opened | None]:
    """Connect to a database if it is ours and sound."""
    connections: list[sqlite3.Connection] = []
    is_immutable = False
    try:
        try:
            _connect_both(place, "rw", connections)
        except DATABASE_ERRORS as problem:
            if not is_unwritable(problem):
                raise
            # A journal of others cannot be read here. What is in the file alone is older, and
            # each row of it is checked.
            is_immutable = True
            close_all(connections)
            _connect_both(place, "ro&immutable=1", connections)
        standing = standing_of(connections[0])
    except DATABASE_ERRORS as problem:
        close_all(connections)
        if meaning_of(problem) is not Fault.DAMAGED:
            raise
        return (Standing.UNKNOWN if is_no_database(problem) else Standing.DAMAGED), None
    except BaseException:
        close_all(connections)
        raise
    if standing is not Standing.OURS or place.identity() != identity:
        close_all(connections)
        return standing, None
    return standing, Opened(place, identity, connections[0], connections[1], is_immutable)


def _connect_both(place: StorePlace, mode: str, connections: list[sqlite3.Connection]) -> None:
    for wait_s in (READ_WAIT_S, WRITE_WAIT_S):
        connections.append(_connect(place, mode, wait_s))
        # Nothing is read before the first statement that needs the file.
        connections[-1].execute("SELECT count(*) FROM sqlite_master").fetchone()


def _connect(place: StorePlace, mode: str, wait_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{Path(place.database).as_uri()}?mode={mode}",
        timeout=wait_s,
        isolation_level=None,  # transactions are begun by name
        check_same_thread=False,  # each connection has a lock
        uri=True,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting).fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def close_all(connections: list[sqlite3.Connection]) -> None:
    """Close connections, whatever they say."""
    while connections:
        with suppress(sqlite3.Error):
            connections.pop().close()
