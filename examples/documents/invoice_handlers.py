"""Handlers of `invoice.yaml`: each step of the billing has another that takes it back."""

import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


def add_up(hours: list[float], rate_cents: int) -> dict[str, object]:
    return {"total_cents": round(sum(hours) * rate_cents)}


def take_number(ledger: str) -> dict[str, object]:
    with _open(ledger) as connection:
        inserted = connection.execute("INSERT INTO numbers (state) VALUES ('taken')")
    return {"number": inserted.lastrowid}


def void_number(inputs: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Take `take_number` back: the number stays, marked as void."""
    with _open(inputs["ledger"]) as connection:
        connection.execute(
            "UPDATE numbers SET state = 'void' WHERE number = ?", (output["number"],)
        )


def book(ledger: str, number: int, total_cents: int) -> dict[str, object]:
    with _open(ledger) as connection:
        connection.execute("INSERT INTO entries VALUES (?, ?)", (number, total_cents))
        (balance_cents,) = connection.execute("SELECT SUM(cents) FROM entries").fetchone()
    return {"balance_cents": balance_cents}


def reverse(inputs: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Take `book` back: books are not erased, so an entry undoes the other."""
    del output
    with _open(inputs["ledger"]) as connection:
        entry = (inputs["number"], -inputs["total_cents"])
        connection.execute("INSERT INTO entries VALUES (?, ?)", entry)


def render(client: str, number: int, total_cents: int) -> dict[str, object]:
    return {"text": f"Invoice {number:04}\n{client}\nTotal: {total_cents / 100:.2f}\n"}


def file_invoice(folder: str, number: int, text: str) -> dict[str, object]:
    Path(folder).mkdir(exist_ok=True)
    target = Path(folder) / f"{number:04}.txt"
    target.write_text(text, encoding="utf-8")
    return {"file": target.name, "checksum": f"{zlib.crc32(text.encode()):08x}"}


def withdraw(inputs: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Take `file_invoice` back: remove the file."""
    (Path(inputs["folder"]) / output["file"]).unlink(missing_ok=True)


@contextmanager
def _open(ledger: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY, state TEXT)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS entries (number INTEGER, cents INTEGER)")
        yield connection
