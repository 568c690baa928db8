"""A member hides a failed statement. (A stand-in says what PostgreSQL would.)"""

import tempfile
from pathlib import Path

import sqlalchemy

from hbia_dsl.atomicity import SqlAlchemyTransaction


class InFailedTransactionError(sqlalchemy.exc.OperationalError):
    sqlstate = "25P02"


def answer(_: object, __: object, statement: str, *___: object) -> None:
    if statement.startswith("RELEASE"):
        raise InFailedTransactionError(statement, None, Exception())


with tempfile.TemporaryDirectory() as folder:
    engine = sqlalchemy.create_engine(f"sqlite:///{Path(folder) / 'app.db'}")
    unit = SqlAlchemyTransaction(engine).open()
    unit.begin()
    sqlalchemy.event.listen(engine, "before_cursor_execute", answer)
    try:
        unit.commit()
    finally:
        unit.close()
        engine.dispose()
