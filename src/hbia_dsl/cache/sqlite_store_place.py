"""The folder of a store: what it is called, what lies in it, and how it comes and goes.

A store is one folder with the database and the files of large values. It is made under another
name and renamed when complete, and a damaged one is renamed as a whole, with the files that
SQLite keeps beside the database. So nobody ever opens half a store, and nobody's journal is
taken for somebody else's.

    <directory>/hbia-store-1/entries.sqlite3    and its -wal and -shm
    <directory>/hbia-store-1/values/            one file a large value
    <directory>/hbia-damaged-<pid>-<letters>/   the last one that was set aside
    <directory>/hbia-unknown-<pid>-<letters>/   the same, if the database may be somebody else's
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from secrets import token_hex
from time import time
from typing import Final

import attrs

from hbia_dsl.cache.sqlite_store_fault import StoreUnusable
from hbia_dsl.cache.sqlite_store_schema import SCHEMA_VERSION

FOLDER_NAMES: Final = tuple(
    f"hbia-store-{SCHEMA_VERSION}{suffix}" for suffix in ("", "-b", "-c", "-d")
)
"""What a store's folder may be called: a name that somebody else uses is left to him."""

NEW: Final = "hbia-new"
DAMAGED: Final = "hbia-damaged"
UNKNOWN: Final = "hbia-unknown"
"""Kept for ever: what cannot be read as a database may be another program's file."""

_DATABASE: Final = "entries.sqlite3"
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_VALUES: Final = "values"

_TAG: Final = """Signature: 8a477f597d28d172789f06886806bc55
# This directory holds a cache of hbia_dsl. It may be deleted at any time.
"""

Identity = tuple[int, int]
"""Device and inode of a file: what stays when it is renamed."""


@attrs.frozen
class StorePlace:
    """The paths of a store."""

    folder: str

    @property
    def database(self) -> str:
        """The path of the database."""
        return os.path.join(self.folder, _DATABASE)

    @property
    def values(self) -> str:
        """The folder of the files of large values."""
        return os.path.join(self.folder, _VALUES)

    def identity(self) -> Identity | None:
        """Return which database is in this place now; None if there is none."""
        try:
            found = os.stat(self.database)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_dev, found.st_ino

    def is_ours(self) -> bool:
        """Return whether nothing is in the folder that a store would not have put there."""
        expected = {_VALUES, *(_DATABASE + ending for ending in _BESIDE)}
        return expected.issuperset(os.listdir(self.folder))


def make_directory(directory: str) -> None:
    """Make the directory of a cache, for its owner alone, if it is not there.

    Raises:
        StoreUnusable: It belongs to another user, or no directory can have that name.
        OSError: It cannot be made.
    """
    try:
        os.fsencode(directory)
        is_name = "\0" not in directory
    except UnicodeEncodeError:
        is_name = False
    if not is_name:
        raise StoreUnusable("no directory can have its name")
    try:
        os.makedirs(directory, mode=0o700)
    except FileExistsError:
        refuse_foreign_owner(directory)
        return
    # Only in a directory of our own making: elsewhere `*` would hide somebody's files from git.
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        with suppress(FileExistsError), open(os.path.join(directory, name), "x") as file:
            file.write(text)


def refuse_foreign_owner(folder: str) -> None:
    """Refuse a folder of another user: he could put anything there.

    Raises:
        StoreUnusable: It belongs to another user, or is no folder.
    """
    found = os.stat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise StoreUnusable("it is not a directory")
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise StoreUnusable("it belongs to another user")


def new_place(directory: str) -> StorePlace:
    """Make a folder for a store that is not complete yet."""
    place = StorePlace(_unused_name(directory, NEW))
    os.mkdir(place.folder, 0o700)
    os.mkdir(place.values, 0o700)
    # SQLite gives the files beside it the same rights.
    os.close(os.open(place.database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return place


def put_in_place(new: StorePlace, place: StorePlace) -> None:
    """Give a complete store its name; if another process was first, remove ours."""
    try:
        os.rename(new.folder, place.folder)
    except OSError:
        remove_place(new.folder)
        if not os.path.isdir(place.folder):
            raise


def set_aside(place: StorePlace, damaged: Identity | None, prefix: str = DAMAGED) -> None:
    """Rename the folder of a damaged store, if it still is that one, and keep only the database.

    Args:
        place: Where it is.
        damaged: Its database; None if it has none.
        prefix: What the new name begins with.

    Raises:
        OSError: It cannot be renamed.
    """
    if place.identity() != damaged:
        return  # somebody else has set it aside already
    aside = StorePlace(_unused_name(os.path.dirname(place.folder), prefix))
    try:
        os.rename(place.folder, aside.folder)
    except FileNotFoundError:
        return
    if aside.identity() != damaged:  # it was exchanged in between: give it back
        with suppress(OSError):
            os.rename(aside.folder, place.folder)
        return
    _remove_files(aside.values)


def remove_leftovers(directory: str) -> None:
    """Remove what killed processes left half made, and all but the newest damaged store."""
    with suppress(OSError):
        names = os.listdir(directory)
        for name in names:
            if name.startswith(f"{NEW}-") and is_left_behind(os.path.join(directory, name)):
                remove_place(os.path.join(directory, name))
        aside = [os.path.join(directory, n) for n in names if n.startswith(f"{DAMAGED}-")]
        aside.sort(key=_changed_ns)
        for folder in aside[:-1]:
            remove_place(folder)


def remove_place(folder: str) -> None:
    """Remove a store that is in nobody's use; files that are not a store's stay."""
    place = StorePlace(folder)
    _remove_files(place.values)
    for ending in _BESIDE:
        with suppress(OSError):
            os.unlink(place.database + ending)
    with suppress(OSError):
        os.rmdir(folder)


def unfinished_name(prefix: str) -> str:
    """Return a name for something half made: it tells whether its maker is still at work."""
    return f"{prefix}-{os.getpid()}-{_token()}-{token_hex(4)}"


ABANDONED_S: Final = 86_400.0
"""After this time something half made is left behind, whoever may have the number of its maker."""


def is_left_behind(path: str) -> bool:
    """Return whether the process that was making this is gone; False for names of others."""
    match os.path.basename(path).rsplit("-", 3):
        case [_, pid, token, _] if pid.isdecimal():
            pass
        case _:
            return False
    try:
        if time() - os.stat(path).st_mtime > ABANDONED_S:
            return True
    except OSError:
        return False
    if sys.platform == "win32":
        return False  # there, `kill` with 0 is a Ctrl-C
    if int(pid) == os.getpid():
        return token != _token()  # an earlier process of that number: usual in containers
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


_tokens: dict[int, str] = {}


def _token() -> str:
    """Return letters that tell this process from others that have or had its number."""
    pid = os.getpid()
    known = _tokens.get(pid)
    if known is None:
        _tokens.clear()  # those of the parent, after a fork
        known = _tokens.setdefault(pid, token_hex(4))
    return known


def _unused_name(directory: str, prefix: str) -> str:
    return os.path.join(directory, unfinished_name(prefix))


def _remove_files(folder: str) -> None:
    for path in files_in(folder):
        with suppress(OSError):
            os.unlink(path)
    with suppress(OSError):
        os.rmdir(folder)


def files_in(folder: str) -> Iterator[str]:
    """Return the paths of the files in a folder; none if there is no such folder."""
    with suppress(OSError), os.scandir(folder) as found:
        yield from [item.path for item in found if item.is_file(follow_symlinks=False)]


def _changed_ns(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
