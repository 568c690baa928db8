"""Pay for an item in one transaction of a real SQLite file: all three steps, or none.

The example makes a shop's database in a temporary folder. Reserving an item, charging the
customer and confirming the order are one atomic group, which is one transaction. First an
order goes through. Then one fails in the middle: the item was reserved already, the
customer cannot pay, and the reservation is gone with the rest. In the end the group is
made to fail at every point there is.

    python examples/payment_sqlite.py
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NewType

import attrs

from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.testing import verify_groups

Cents = NewType("Cents", int)
Receipt = NewType("Receipt", str)

SHOP = """
DROP TABLE IF EXISTS stock;
DROP TABLE IF EXISTS account;
DROP TABLE IF EXISTS orders;
CREATE TABLE stock (item TEXT PRIMARY KEY, pieces INTEGER CHECK (pieces >= 0), cents INTEGER);
CREATE TABLE account (customer TEXT PRIMARY KEY, cents INTEGER);
CREATE TABLE orders (customer TEXT, item TEXT, cents INTEGER);
INSERT INTO stock VALUES ('lamp', 2, 1990), ('piano', 1, 300000);
INSERT INTO account VALUES ('ann', 5000), ('bob', 100);
"""


class TooPoorError(Exception):
    """A customer has less money than an item costs."""


@attrs.frozen
class Order:
    """What the flow takes from outside."""

    customer: str
    item: str


@attrs.frozen
class Reservation:
    """One piece that is taken out of the stock."""

    item: str
    price: Cents


@attrs.frozen
class Payment:
    """What a customer has paid for."""

    reservation: Reservation
    customer: str


@atomic(group="payment")
@vertex(effect="side_effect")
def reserve(item: str, db: sqlite3.Connection) -> Reservation:
    """Take one piece out of the stock."""
    db.execute("UPDATE stock SET pieces = pieces - 1 WHERE item = ?", [item])
    (cents,) = db.execute("SELECT cents FROM stock WHERE item = ?", [item]).fetchone()
    return Reservation(item, Cents(cents))


@atomic(group="payment")
@vertex(effect="side_effect")
def charge(customer: str, reservation: Reservation, db: sqlite3.Connection) -> Payment:
    """Take the money from the customer's account."""
    (cents,) = db.execute("SELECT cents FROM account WHERE customer = ?", [customer]).fetchone()
    if cents < reservation.price:
        raise TooPoorError(f"{customer} cannot pay {euros(reservation.price)}")
    left = cents - reservation.price
    db.execute("UPDATE account SET cents = ? WHERE customer = ?", [left, customer])
    return Payment(reservation, customer)


@atomic(group="payment")
@vertex(effect="side_effect")
def confirm(payment: Payment, db: sqlite3.Connection) -> Receipt:
    """Write the order down."""
    item, price = payment.reservation.item, payment.reservation.price
    db.execute("INSERT INTO orders VALUES (?, ?, ?)", [payment.customer, item, price])
    return Receipt(f"{payment.customer} has bought a {item} for {euros(price)}")


pay = Flow.of("pay", reserve, charge, confirm, inputs=Order, result=confirm)


def euros(cents: int) -> str:
    """Write an amount of money."""
    return f"{cents / 100:.2f} EUR"


def open_shop(path: Path) -> None:
    """Fill the database as it is in the morning."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SHOP)


def look(path: Path) -> tuple[list[object], ...]:
    """Return everything in the database, seen through a connection of one's own."""
    with closing(sqlite3.connect(path)) as db:
        tables = ("stock", "account", "orders")
        return tuple(db.execute(f"SELECT * FROM {table}").fetchall() for table in tables)  # noqa: S608 - names from above


def describe(path: Path) -> str:
    """Say what is in the database."""
    stock, account, orders = look(path)
    return f"  stock {stock}\n  accounts {account}\n  orders {orders}"


def main() -> None:
    """Order a lamp, fail to order a piano, and have the group verified."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        open_shop(path)
        shop = pay.options(transactions={"payment": SqliteTransaction(path)})
        print(f"in the morning:\n{describe(path)}")

        print(f"\n{shop.run(customer='ann', item='lamp').value}:\n{describe(path)}")

        before = look(path)
        try:
            shop.run(customer="bob", item="piano")
        except FlowFailed as failed:
            print(f"\n{failed.root}; {failed.__notes__[0]}:\n{describe(path)}")
        print(f"nothing is left of it: {look(path) == before}")

        inputs = {"customer": "ann", "item": "lamp"}
        found = verify_groups(
            shop, lambda: look(path), inputs=inputs, reset=lambda: open_shop(path)
        )
        print(f"\nmade to fail at every point:\n{found}")


if __name__ == "__main__":
    main()
