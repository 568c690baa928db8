"""Whether a SQLAlchemy engine can keep a group's word. Loaded when one is attached."""

import secrets
from typing import Final

from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from hbia_dsl.atomicity.refusal import autocommitting, unfit
from hbia_dsl.atomicity.sqlalchemy_unit import SqlAlchemyUnit
from hbia_dsl.errors import AtomicBrokenError

_STANDARD: Final = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


def check_engine(engine: Engine) -> None:
    """Refuse an engine whose pool has no connection for a group alone.

    Raises:
        AtomicSetupError: It has one connection for everybody, as for a database in memory.
    """
    if isinstance(engine.pool, StaticPool | SingletonThreadPool):
        raise unfit(
            f"an engine with a {type(engine.pool).__name__} cannot serve an atomic group",
            "use a database in a file or on a server, with the pool that SQLAlchemy chooses for it",
            "a group needs a connection of its own; this pool gives the same one to others",
        )


def check_isolation(engine: Engine, isolation: str | None) -> None:
    """Refuse an isolation level that the database does not know, and AUTOCOMMIT.

    On SQLite, where the level is not used, those of other databases are let pass.

    Raises:
        AtomicSetupError: It is one of these.
    """
    level: object = isolation  # callers without a type checker pass anything
    own = engine.get_execution_options().get("isolation_level")
    if _as_level(own if level is None else level) == "AUTOCOMMIT":
        raise autocommitting()
    if level is None:
        return
    known = set(_STANDARD if engine.dialect.name == "sqlite" else ()) | _levels(engine)
    if known and (not isinstance(level, str) or _as_level(level) not in known):
        raise unfit(
            f"`isolation` must be one of {', '.join(sorted(known))}",
            'write isolation="SERIALIZABLE", or None for the level of the engine',
        )


def _levels(engine: Engine) -> set[str]:
    """Return the levels of a database; none if its dialect does not tell them in advance."""
    try:
        # The argument is a connection; dialects that need none of it tell without.
        told = engine.dialect.get_isolation_level_values(None)  # type: ignore[arg-type]  # as said
    except Exception:  # noqa: BLE001 - of any dialect, and then the database says so at the first run
        return set()
    return {_as_level(level) for level in told} - {"AUTOCOMMIT"}


def _as_level(level: object) -> str:
    return str(level).replace("_", " ").upper()


def prove_rollback(engine: Engine) -> None:
    """Roll back a table, a savepoint and a row on SQLite, and look whether they are gone.

    Takes the write lock for a moment and leaves nothing behind.

    Raises:
        AtomicSetupError: Something stayed.
        DBAPIError: The database cannot be written to now; nothing is known.
    """
    table = Table(f"hbia_self_test_{secrets.token_hex(4)}", MetaData(), Column("number", Integer))
    ended = _leave_and_roll_back(SqlAlchemyUnit(engine, None), table)
    with engine.connect() as connection:
        stayed = inspect(connection).has_table(table.name)
        if stayed:
            table.drop(connection)
            connection.commit()
    if not (stayed or ended):
        return
    raise unfit(
        "this engine cannot keep a transaction together: rows stayed after a rollback",
        "let no event or `connect_args` of the engine change how the driver begins and commits",
        "found by a self-test: begin, savepoint, insert, release, roll back, look",
    )


def _leave_and_roll_back(unit: SqlAlchemyUnit, table: Table) -> bool:
    """Write within a unit and roll back; return whether the transaction ended before that."""
    try:
        unit.begin()
        unit.savepoint("outer")
        unit.enter_member("self-test")
        connection = unit.connection()
        table.create(connection)
        with connection.begin_nested():
            connection.execute(table.insert().values(number=1))
        unit.leave_member(succeeded=True)
        unit.rollback()
    except AtomicBrokenError:
        return True
    finally:
        unit.close()
    return False
