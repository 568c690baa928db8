"""`hbia verify`: what it prints, and how it ends."""

import pytest

from written_apps import WrittenApp

SHOP = '''
    """A shop."""
    import sqlite3
    from contextlib import closing
    from hbia_dsl import Flow, atomic, vertex
    from hbia_dsl.atomicity import SqliteTransaction

    PATH = "shop.db"
    log = []

    @atomic(group="payment")
    @vertex(effect="side_effect")
    def reserve(item: int, db: sqlite3.Connection) -> float:
        db.execute("INSERT INTO payment VALUES (?)", [item])
        return 1.0

    @atomic(group="payment")
    @vertex(effect="side_effect")
    def charge(reserve: float, db: sqlite3.Connection) -> str:
        db.execute("INSERT INTO payment VALUES (0)")
        log.append("charged")
        return ""

    shop = Flow.of("shop", reserve, charge)
    shop = shop.options(transactions={"payment": SqliteTransaction(PATH)})

    def rows():
        with closing(sqlite3.connect(PATH)) as db:
            return db.execute("SELECT item FROM payment").fetchall()

    def rows_and_log():
        return rows(), list(log)

    def empty():
        log.clear()
        with closing(sqlite3.connect(PATH)) as db:
            db.executescript("DROP TABLE IF EXISTS payment; CREATE TABLE payment (item INT)")

    async def looks_async():
        return 1

    number = 7
'''

VERIFY = ("verify", "app_shop:shop")


@pytest.fixture(autouse=True)
def _shop(app: WrittenApp) -> None:
    app.write("app_shop.py", SHOP)
    app.write("app_broken.py", "1 / 0\n")
    app.write(
        "app_unwired.py",
        """
        from hbia_dsl import Flow, vertex
        class Lamp: ...
        @vertex
        def light(lamp: Lamp) -> int:
            return 1
        Flow.of("dark", light)
        """,
    )


def test_a_flow_that_keeps_its_word_ends_with_0(app: WrittenApp) -> None:
    done = app.hbia(
        *VERIFY, "--probe", "app_shop:rows", "--reset", "app_shop:empty", "--set", "item=3"
    )

    assert (done.code, done.err) == (0, "")
    assert done.out == "flow `shop`\n  group `payment` (rollback): 18 runs, keeps its word\n"


def test_a_flow_that_does_not_ends_with_1_and_says_where(app: WrittenApp) -> None:
    app.write("item.json", '{"item": 3}')

    done = app.hbia(
        *VERIFY,
        "--probe=app_shop:rows_and_log",
        "--reset=app_shop:empty",
        "--group=payment",
        "--data=item.json",
    )

    assert (done.code, done.err) == (1, "")
    assert "error[HB342]: `charge` does something outside of the transaction" in done.out
    assert "app_shop.py:" in done.out


def test_a_probe_may_be_in_a_file_of_its_own(app: WrittenApp) -> None:
    app.write("checks/app_looks.py", "from app_shop import empty, rows\n")

    done = app.hbia(
        *VERIFY,
        "--probe=checks/app_looks.py:rows",
        "--reset=checks/app_looks.py:empty",
        "--set=item=3",
    )

    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((*VERIFY, "--set=item=3"), "--probe"),
        ((*VERIFY, "--probe=app_shop:row", "--set=item=3"), "did you mean `rows`"),
        ((*VERIFY, "--probe=app_shop:number", "--set=item=3"), "is not a function"),
        ((*VERIFY, "--probe=app_shop", "--set=item=3"), "takes module:function"),
        ((*VERIFY, "--probe=app_shop:rows()", "--set=item=3"), "takes module:function"),
        ((*VERIFY, "--probe=app_broken:rows", "--set=item=3"), "ZeroDivisionError"),
        ((*VERIFY, "--probe=app_unwired:rows", "--set=item=3"), "error[HB201]"),
        ((*VERIFY, "--probe=app_nowhere:rows", "--set=item=3"), "no module `app_nowhere`"),
        ((*VERIFY, "--probe=app_shop:looks_async", "--set=item=3"), "is an async function"),
        ((*VERIFY, "--probe=app_shop:rows", "--set=item=x"), "item"),
        ((*VERIFY, "--probe=app_shop:rows"), "item"),
        ((*VERIFY, "--probe=app_shop:rows", "--set=item=3", "--group=pay"), "payment"),
        # There is no table yet, and nobody makes one.
        ((*VERIFY, "--probe=app_shop:rows", "--set=item=3"), "`app_shop:rows` raised"),
        (("verify", "shop.yaml", "--probe=app_shop:rows"), "is a document"),
        (("verify", "app_shop:ship", "--probe=app_shop:rows"), "ship"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    app: WrittenApp, arguments: tuple[str, ...], text: str
) -> None:
    done = app.hbia(*arguments)

    assert (done.code, done.out) == (2, "")
    assert text in done.err
    assert "Traceback" not in done.err


def test_several_flows_are_named_to_choose_from(app: WrittenApp) -> None:
    app.write(
        "app_two.py",
        """
        from app_shop import Flow, charge, reserve
        first = Flow.of("first", reserve, charge)
        second = Flow.of("second", reserve, charge)
        """,
    )

    done = app.hbia("verify", "app_two", "--probe=app_shop:rows")

    assert done.code == 2
    assert "hbia verify app_two:second" in done.err
