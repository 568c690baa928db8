"""A member commits."""

import sqlite3
import tempfile
from pathlib import Path

from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction


@atomic(group="payment")
@vertex(effect="side_effect")
def save(db: sqlite3.Connection, item: int) -> int:
    db.execute("CREATE TABLE item AS SELECT ? AS id", [item])
    db.commit()
    return item


with tempfile.TemporaryDirectory() as folder:
    database = SqliteTransaction(Path(folder) / "app.db")
    try:
        Flow.of("shop", save).options(transactions={"payment": database}).run(item=1)
    except FlowFailed as failed:
        raise failed.root from None
