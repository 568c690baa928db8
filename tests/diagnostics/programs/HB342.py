"""A member sends a mail while its group can still be rolled back."""

import sqlite3
import tempfile
from pathlib import Path

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.testing import verify_groups

sent: list[int] = []


@atomic(group="payment")
@vertex(effect="side_effect")
def save(db: sqlite3.Connection, item: int) -> int:
    db.execute("CREATE TABLE IF NOT EXISTS payment (item INTEGER)")
    db.execute("INSERT INTO payment VALUES (?)", [item])
    sent.append(item)
    return item


with tempfile.TemporaryDirectory() as folder:
    database = SqliteTransaction(Path(folder) / "app.db")
    shop = Flow.of("shop", save).options(transactions={"payment": database})
    verify_groups(shop, lambda: list(sent), inputs={"item": 1}, reset=sent.clear).require_ok()
