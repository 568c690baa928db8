"""The connection is lost during COMMIT. (A listener closes it.)"""

import tempfile
from pathlib import Path

import sqlalchemy

from hbia_dsl.atomicity import SqlAlchemyTransaction


def lose(connection: sqlalchemy.Connection) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.close()


with tempfile.TemporaryDirectory() as folder:
    engine = sqlalchemy.create_engine(f"sqlite:///{Path(folder) / 'app.db'}")
    unit = SqlAlchemyTransaction(engine).open()
    unit.begin()
    sqlalchemy.event.listen(engine, "commit", lose)
    try:
        unit.commit()
    finally:
        unit.close()
        engine.dispose()
