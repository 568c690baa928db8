"""Groups on a SQLite file, with the driver of the standard library."""

import os
import re
from collections.abc import Mapping
from typing import Final, Literal

import attrs

from hbia_dsl.atomicity.refusal import unfit
from hbia_dsl.atomicity.transaction import TransactionUnit
from hbia_dsl.declare.resource_types import SQLITE_CONNECTION

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_URL: Final = re.compile(r"file:|[A-Za-z][A-Za-z0-9+.-]+://")
_SETTING: Final = re.compile(r"-?\w+")


def _as_text(path: object) -> str:
    return os.fspath(path) if isinstance(path, str | os.PathLike) else ""


def _as_pairs(
    pragmas: Mapping[str, str | int] | tuple[tuple[str, str], ...],
) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in dict(pragmas).items())


@attrs.frozen
class SqliteTransaction:
    """Attach a SQLite file to an atomic group.

    Each attempt of the group has a connection of its own with one `BEGIN IMMEDIATE`
    transaction, so groups on one file take turns. Members ask for it with a parameter
    annotated `sqlite3.Connection`.

    Args:
        path: The file; it is created if it is not there.
        busy_timeout_s: How many seconds to wait for another writer.
        uri: Whether `path` is a `file:` URI.
        pragmas: Settings for each connection, made before the transaction begins:
            `{"foreign_keys": "ON"}`.

    Raises:
        AtomicSetupError: The database is in memory: then each connection would have
            another one. Or an argument cannot be what it is: `path` a URL, for example.
    """

    path: str = attrs.field(converter=_as_text)
    """The file as given, or its URI."""
    busy_timeout_s: float = attrs.field(default=5.0, kw_only=True)
    """How many seconds to wait for another writer."""
    uri: bool = attrs.field(default=False, kw_only=True)
    """Whether `path` is a `file:` URI."""
    pragmas: tuple[tuple[str, str], ...] = attrs.field(
        default=(), converter=_as_pairs, kw_only=True
    )
    """Settings for each connection: name and value."""
    database: str = attrs.field(init=False, repr=False, eq=False)
    """What is opened: the path as it was when this was made, whatever folder is current later."""

    @database.default
    def _absolute(self) -> str:
        return self.path if self.uri or not self.path else os.path.abspath(self.path)

    def __attrs_post_init__(self) -> None:
        _check_path(self.path, uri=self.uri)
        if isinstance(self.busy_timeout_s, bool) or not 0 <= self.busy_timeout_s < 1e6:
            raise unfit("`busy_timeout_s` must be a number of seconds", "write busy_timeout_s=5.0")
        for name, value in self.pragmas:
            if not (_WORD.fullmatch(name) and _SETTING.fullmatch(value)):
                raise unfit(
                    "`pragmas` must map names to words or numbers",
                    'write pragmas={"foreign_keys": "ON"}',
                )

    @property
    def is_async(self) -> Literal[False]:
        """False: SQLite is called on the member's thread."""
        return False

    @property
    def resources(self) -> tuple[str, ...]:
        """What members can ask for: `sqlite3.Connection`."""
        return (SQLITE_CONNECTION,)

    def open(self) -> TransactionUnit:
        """Return a unit for one attempt."""
        from hbia_dsl.atomicity.sqlite_unit import SqliteUnit

        return SqliteUnit(self)


def _check_path(path: str, *, uri: bool) -> None:
    if not path and not uri:
        raise unfit("a SQLite group needs the path of a file", 'write SqliteTransaction("app.db")')
    if _URL.match(path) and not (uri and path.startswith("file:")):
        raise unfit(
            "a SQLite group needs the path of a file, and this is a URL",
            'write SqliteTransaction("app.db"), or give a `file:` URI with uri=True',
        )
    if path == ":memory:" or (uri and (":memory:" in path or "mode=memory" in path)):
        raise unfit(
            "a SQLite database in memory cannot serve an atomic group",
            "use a file, for a test one in a temporary folder",
            "each connection to `:memory:` is another, empty database",
        )
