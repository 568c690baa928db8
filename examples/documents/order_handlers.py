"""Handlers of `order.yaml`: stock and charge succeed or fail as one."""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any


def read_basket(lines: list[dict[str, Any]]) -> dict[str, object]:
    quantities: Counter[str] = Counter()
    for line in lines:
        quantities[line["article"]] += line["quantity"]
    return {"quantities": dict(quantities)}


def price(
    quantities: dict[str, int], prices_in_cents: dict[str, int], vat_percent: int
) -> dict[str, object]:
    net_cents = sum(prices_in_cents[article] * count for article, count in quantities.items())
    return {"net_cents": net_cents, "total_cents": net_cents * (100 + vat_percent) // 100}


def reserve_stock(database: str, quantities: dict[str, int]) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS reserved (article TEXT, quantity INTEGER)")
        connection.executemany("INSERT INTO reserved VALUES (?, ?)", quantities.items())
    return {"reserved": sum(quantities.values())}


def charge(database: str, customer: str, total_cents: int) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS charges (id INTEGER PRIMARY KEY, who TEXT, cents INTEGER)"
        )
        inserted = connection.execute(
            "INSERT INTO charges (who, cents) VALUES (?, ?)", (customer, total_cents)
        )
    return {"charge_id": inserted.lastrowid}


def write_receipt(
    customer: str, charge_id: int, net_cents: int, total_cents: int
) -> dict[str, object]:
    vat = total_cents - net_cents
    receipt = f"Charge {charge_id} for {customer}: {total_cents / 100:.2f}, VAT {vat / 100:.2f}"
    return {"receipt": receipt}
