"""Handlers of `sales_etl.yaml`: read a table, look at it in two ways, store what was found."""

import csv
import io
import sqlite3
from collections import defaultdict
from contextlib import closing


def extract(csv_text: str) -> dict[str, object]:
    return {"rows": list(csv.DictReader(io.StringIO(csv_text)))}


def sum_by_region(rows: list[dict[str, str]]) -> dict[str, object]:
    totals: dict[str, float] = defaultdict(float)
    for row in rows:
        if _is_number(row["amount"]):
            totals[row["region"]] += float(row["amount"])
    return {"totals": dict(totals)}


def find_bad_rows(rows: list[dict[str, str]]) -> dict[str, object]:
    bad_rows = [line for line, row in enumerate(rows, 2) if not _is_number(row["amount"])]
    return {"bad_rows": bad_rows}


def load(database: str, totals: dict[str, float], bad_rows: list[int]) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS totals (region TEXT PRIMARY KEY, sum REAL)")
        connection.executemany("INSERT OR REPLACE INTO totals VALUES (?, ?)", totals.items())
    return {"stored": len(totals), "refused": len(bad_rows)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
