"""A member takes a connection, and no transaction is attached to its group."""

import sqlite3

from hbia_dsl import Flow, atomic, vertex


@atomic(group="payment")
@vertex(effect="side_effect")
def save(item: int, db: sqlite3.Connection) -> int:
    db.execute("INSERT INTO item VALUES (?)", [item])
    return item


Flow.of("shop", save).run(item=1)
