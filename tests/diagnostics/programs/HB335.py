"""A conflict clause rolls the transaction back, and the member goes on."""

import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction


@atomic(group="payment")
@vertex(effect="side_effect")
def save(db: sqlite3.Connection, item: int) -> int:
    db.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    db.execute("INSERT INTO item VALUES (?)", [item])
    with suppress(sqlite3.IntegrityError):
        db.execute("INSERT OR ROLLBACK INTO item VALUES (?)", [item])
    db.execute("INSERT INTO item VALUES (?)", [item + 1])
    return item


with tempfile.TemporaryDirectory() as folder:
    database = SqliteTransaction(Path(folder) / "app.db")
    try:
        Flow.of("shop", save).options(transactions={"payment": database}).run(item=1)
    except FlowFailed as failed:
        raise failed.root from None
