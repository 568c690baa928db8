"""Facts about files, folders and variables that change when what a program sees there changes.

A fact is a text under a key: what kind of look, a space, the path or the name. Equal facts
mean that the same look would give the same answer.

Source:
    What to do about a file as young as the look at it is "racy git" of git's documentation.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from typing import Final

Facts = dict[str, str]
"""By key: what was seen."""

YOUNG_NS: Final = 2_000_000_000
"""A file that changed so shortly before the look may change once more without getting another
time, because file systems count time in ticks; then its content is a fact, too."""

VARIABLE: Final = "env"
FILE: Final = "file"
CONTENT: Final = "content"
LISTING: Final = "list"
LINK: Final = "link"

_NOT_NOTED: Final = frozenset({"__pycache__"})
"""Names in folders that come and go and mean nothing to a type checker."""

# What looks must not be what a witness has put in their place.
_stat, _listdir, _readlink = os.stat, os.listdir, os.readlink


def facts_now(keys: Iterable[str], environment: Mapping[str, str]) -> Facts:
    """Return what is to be seen now.

    Args:
        keys: What to look at, as it was noted.
        environment: The variables that a program would have.
    """
    seen: Facts = {}
    for key in keys:
        kind, _, name = key.partition(" ")
        seen[key] = variable_fact(environment, name) if kind == VARIABLE else fact(kind, name)
    return seen


def fact(kind: str, path: str) -> str:
    """Look at a path.

    Args:
        kind: `FILE`, `CONTENT`, `LISTING` or `LINK`.
        path: An absolute path.
    """
    return _LOOKS[kind](path)


def variable_fact(environment: Mapping[str, str], name: str) -> str:
    """Look at a variable."""
    value = environment.get(name)
    return "not set" if value is None else f"={value}"


def is_young(seen: str, now_ns: int) -> bool:
    """Whether a fact is that of a file which may change once more unnoticed.

    Args:
        seen: A fact of kind `FILE`.
        now_ns: The time of the look, or one before it.
    """
    times = seen.split()
    return len(times) == _PARTS_OF_FILE and int(times[1]) > now_ns - YOUNG_NS


_PARTS_OF_FILE: Final = 4


def _file(path: str) -> str:
    """Tell a file from all its other states; of a folder only that it is one."""
    try:
        found = _stat(path)
    except (OSError, ValueError) as error:
        return _failed(error)
    if not stat.S_ISREG(found.st_mode):
        return f"kind {stat.S_IFMT(found.st_mode):o}"
    return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"


def _content(path: str) -> str:
    try:
        with open(path, "rb") as opened:
            return _digest(opened.read())
    except OSError as error:
        return _failed(error)


def _listing(path: str) -> str:
    try:
        return _digest(repr(sorted(set(_listdir(path)) - _NOT_NOTED)).encode(errors="replace"))
    except OSError as error:
        return _failed(error)


def _link(path: str) -> str:
    try:
        return f"to {_readlink(path)}"
    except (OSError, ValueError) as error:
        # What is there and is no link has a fact as a file.
        is_none = isinstance(error, OSError) and error.errno == errno.EINVAL
        return "no link" if is_none else _failed(error)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _failed(error: OSError | ValueError) -> str:
    return f"error {error.errno if isinstance(error, OSError) else 0}"


_LOOKS: Final[Mapping[str, Callable[[str], str]]] = {
    FILE: _file,
    CONTENT: _content,
    LISTING: _listing,
    LINK: _link,
}
