"""Groups on PostgreSQL, with psycopg."""

from typing import Final, Literal

import attrs

from hbia_dsl.atomicity.refusal import unfit
from hbia_dsl.atomicity.transaction import TransactionUnit
from hbia_dsl.declare.resource_types import POSTGRES_CONNECTION
from hbia_dsl.errors import AtomicSetupError

Isolation = Literal["read committed", "repeatable read", "serializable"]

ISOLATIONS: Final = ("read committed", "repeatable read", "serializable")


@attrs.frozen
class PostgresTransaction:
    """Attach a PostgreSQL database to an atomic group; needs the `postgres` extra.

    Each attempt of the group has a connection of its own with one transaction. Members
    ask for it with a parameter annotated `psycopg.Connection`.

    Args:
        dsn: Where the database is, as for `psycopg.connect`.
        isolation: The isolation level. "serializable" lets nothing slip through, and
            answers a conflict with a failure that has the group run again. With "read
            committed" a value that was read may have changed when it is written back.
        connect_timeout_s: How many whole seconds connecting may take.

    Raises:
        AtomicSetupError: An argument cannot be what it is.
    """

    dsn: str = attrs.field(repr=False)  # it may hold a password
    """Where the database is."""
    isolation: Isolation = attrs.field(default="serializable", kw_only=True)
    """The isolation level."""
    connect_timeout_s: int = attrs.field(default=10, kw_only=True)
    """How many whole seconds connecting may take."""

    def __attrs_post_init__(self) -> None:
        dsn: object = self.dsn  # callers without a type checker pass anything
        if not isinstance(dsn, str):
            raise unfit("`dsn` must be text", 'write PostgresTransaction("postgresql://...")')
        check_dsn(dsn)
        if self.isolation not in ISOLATIONS:
            shown = ", ".join(f'"{level}"' for level in ISOLATIONS)
            raise unfit(f"`isolation` must be one of {shown}", 'write isolation="serializable"')
        limit: object = self.connect_timeout_s
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 2:
            raise unfit(
                "`connect_timeout_s` must be a whole number of seconds, 2 or more",
                "write connect_timeout_s=10",
            )

    @property
    def is_async(self) -> Literal[False]:
        """False: members run on threads."""
        return False

    @property
    def resources(self) -> tuple[str, ...]:
        """What members can ask for: `psycopg.Connection`."""
        return (POSTGRES_CONNECTION,)

    def open(self) -> TransactionUnit:
        """Return a unit for one attempt."""
        try:
            from hbia_dsl.atomicity.postgres_unit import PostgresUnit
        except ImportError as error:
            raise unfit(
                "PostgreSQL groups need psycopg, which is not installed",
                'pip install "hbia-dsl[postgres]"',
            ) from error
        return PostgresUnit(self)


def check_dsn(dsn: str) -> None:
    """Refuse what is no connection string, by libpq's own way to recognise one.

    Raises:
        AtomicSetupError: It is none.
    """
    if dsn.strip() and "=" not in dsn and not dsn.startswith(("postgresql://", "postgres://")):
        raise _unreadable(dsn)


def parse_dsn(source: PostgresTransaction) -> None:
    """Refuse a connection string that libpq cannot read; without psycopg, `open` says so.

    Raises:
        AtomicSetupError: It cannot.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        return
    try:
        conninfo_to_dict(source.dsn)
    except ProgrammingError:  # its words would show the text, which may hold a password
        raise _unreadable(source.dsn) from None


def _unreadable(dsn: str) -> AtomicSetupError:
    has_driver = "+" in dsn.partition(":")[0]
    return unfit(
        "`dsn` is not a connection string of PostgreSQL",
        'write "postgresql://user@host/database", or "host=localhost dbname=shop"',
        *(["it names a driver, as SQLAlchemy's URLs do"] if has_driver else ()),
    )
