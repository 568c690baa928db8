"""A verification of groups that are transactions: SQLite, and transactions of one's own."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import attrs
import pytest

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.atomicity import ResourceMark, SqliteTransaction
from hbia_dsl.flow.run_options import OptionsGiven
from hbia_dsl.testing import Verification, verify_groups

_EMPTY: Final = """
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS item (what TEXT);
DELETE FROM item;
"""


@attrs.frozen
class Shop:
    """A flow with a group between two other vertices, its database and what else it does."""

    path: Path
    flow: Flow[..., object]
    outside: list[str]
    """What members do that no rollback reaches."""
    calls: Counter[str]

    def rows(self) -> list[tuple[str]]:
        """Return what is in the database."""
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute("SELECT what FROM item ORDER BY what").fetchall()

    def probe(self) -> object:
        """Return everything that can be seen."""
        return self.rows(), list(self.outside)

    def reset(self) -> None:
        """Begin again."""
        self.outside.clear()
        with closing(sqlite3.connect(self.path)) as db:
            db.executescript(_EMPTY)


@pytest.fixture(params=["none", "reserve", "charge", "confirm"])
def guilty(request: pytest.FixtureRequest) -> str:
    """Name the member that works outside of the transaction."""
    name: object = request.param
    assert isinstance(name, str)
    return name


def _shop(path: Path, guilty: str = "none") -> Shop:
    outside: list[str] = []
    calls: Counter[str] = Counter()

    def write(db: sqlite3.Connection, what: str) -> None:
        calls[what] += 1
        db.execute("INSERT INTO item VALUES (?)", [what])
        if what == guilty:
            outside.append(what)

    @vertex(effect="pure")
    def look(item: int) -> str:
        calls["look"] += 1
        return str(item)

    @atomic(group="payment")
    @vertex(effect="side_effect")
    def reserve(look: str, db: sqlite3.Connection) -> bytes:
        write(db, "reserve")
        return look.encode()

    @atomic(group="payment")
    @vertex(effect="side_effect")
    def charge(reserve: bytes, db: sqlite3.Connection) -> float:
        write(db, "charge")
        return float(len(reserve))

    @atomic(group="payment")
    @vertex(effect="side_effect")
    def confirm(charge: float, db: sqlite3.Connection) -> list[float]:
        write(db, "confirm")
        return [charge]

    @vertex(effect="side_effect")
    def mail(confirm: list[float]) -> None:
        calls["mail"] += 1

    @vertex(effect="side_effect")
    def count_visit(item: int) -> None:
        calls["count_visit"] += 1

    flow = Flow.of("shop", look, reserve, charge, confirm, mail, count_visit)
    flow = flow.options(
        transactions={"payment": SqliteTransaction(path, pragmas={"synchronous": "OFF"})}
    )
    return Shop(path, flow, outside, calls)


@pytest.fixture
def shop(tmp_path: Path, guilty: str) -> Shop:
    """Make a shop with an empty database."""
    shop = _shop(tmp_path / "shop.db", guilty)
    shop.reset()
    return shop


def _codes(found: Verification) -> list[str]:
    return [problem.code.number for problem in found.problems]


def test_what_is_done_outside_of_the_transaction_is_found_at_its_member(
    shop: Shop, guilty: str
) -> None:
    found = verify_groups(shop.flow, shop.probe, inputs={"item": 1}, reset=shop.reset)

    if guilty == "none":
        assert found.ok, found
    else:
        assert _codes(found) == ["HB342"], found
        assert f"`{guilty}` does something outside" in found.problems[0].message
        assert found.problems[0].notes == (
            f"seen in a serial run that was made to fail after `{guilty}`",
        )


def test_it_is_found_without_a_reset_too(shop: Shop, guilty: str) -> None:
    found = verify_groups(shop.flow, shop.probe, inputs={"item": 1})

    assert _codes(found) == ([] if guilty == "none" else ["HB342"]), found
    assert shop.rows() == [("charge",), ("confirm",), ("reserve",)]


@pytest.mark.parametrize("mode", ["serial", "parallel"])
def test_every_member_runs_where_the_failure_comes_after_it(tmp_path: Path, mode: str) -> None:
    shop = _shop(tmp_path / "shop.db")
    shop.reset()

    found = verify_groups(
        shop.flow,
        shop.probe,
        inputs={"item": 1},
        reset=shop.reset,
        modes=["serial" if mode == "serial" else "parallel"],
    )

    assert [str(trial.point) for trial in found.trials] == [
        "nothing fails",
        "nothing fails",
        "after the commit",
        "before the group",
        "before `reserve`",
        "after `reserve`",
        "before `charge`",
        "after `charge`",
        "before `confirm`",
        "after `confirm`",
        "before the commit",
    ]
    assert all(trial.was_reached for trial in found.trials)
    # In 3 whole runs, and wherever the failure comes later.
    assert shop.calls["reserve"] == 3 + 6
    assert shop.calls["charge"] == 3 + 4
    assert shop.calls["confirm"] == 3 + 2


def test_of_the_flow_only_the_group_and_what_it_waits_for_is_run(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop.db")
    shop.reset()

    found = verify_groups(shop.flow, shop.probe, inputs={"item": 1}, reset=shop.reset)

    assert shop.calls["look"] == len(found.trials)
    assert shop.calls["mail"] == 0
    assert shop.calls["count_visit"] == 0


def test_the_flow_itself_is_as_it_was(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop.db")
    shop.reset()
    before = shop.flow.run(item=1)["confirm.confirm"]
    verify_groups(shop.flow, shop.probe, inputs={"item": 1}, reset=shop.reset)

    assert shop.flow.run(item=1)["confirm.confirm"] == before
    assert shop.calls["mail"] == 2


def test_a_group_without_a_transaction_takes_nothing_back() -> None:
    rows: list[int] = []

    @atomic(group="g")
    @vertex(effect="side_effect")
    def save(number: int) -> float:
        rows.append(number)
        return 1.0

    flow = Flow.of("loose", save)

    found = verify_groups(flow, lambda: len(rows), inputs={"number": 1}, reset=rows.clear)

    assert _codes(found) == ["HB342"]
    assert "has no transaction that would take back `save`" in found.problems[0].message


class Ledger:
    """What members write to, until it is committed."""

    def __init__(self) -> None:
        self.new: list[int] = []


class Book:
    """A transaction of one's own over a list; what it forgets to do is said in `forgets`."""

    resources = (Ledger,)

    def __init__(self, rows: list[int], forgets: str) -> None:
        self._rows = rows
        self._forgets = forgets
        self._ledger = Ledger()

    def resource(self, kind: object) -> Ledger:
        """Return what members write to."""
        return self._ledger

    def begin(self) -> None:
        """Open it."""
        self._ledger.new.clear()

    def commit(self) -> None:
        """Keep what is new."""
        self._rows.extend(self._ledger.new)
        if self._forgets == "commit":
            self._rows.clear()
        self._ledger.new.clear()

    def rollback(self) -> None:
        """Drop what is new, unless that is forgotten."""
        if self._forgets == "rollback":
            self._rows.extend(self._ledger.new)
        if self._forgets == "that it has committed":
            self._rows.clear()


class AsyncBook:
    """The same, for members that are tasks."""

    resources = (Ledger,)

    def __init__(self, rows: list[int], forgets: str) -> None:
        self._book = Book(rows, forgets)

    def resource(self, kind: object) -> Ledger:
        """Return what members write to."""
        return self._book.resource(kind)

    async def begin(self) -> None:
        """Open it."""
        self._book.begin()

    async def commit(self) -> None:
        """Keep what is new."""
        self._book.commit()

    async def rollback(self) -> None:
        """Drop what is new."""
        self._book.rollback()


def _book_flow(rows: list[int], forgets: str, *, is_async: bool) -> Flow[..., object]:
    @atomic(group="book")
    @vertex(name="one", effect="side_effect")
    def one(number: int, ledger: Annotated[Ledger, ResourceMark()]) -> float:
        ledger.new.append(number)
        return 1.0

    @atomic(group="book")
    @vertex(name="two", effect="side_effect")
    def two(one: float, ledger: Annotated[Ledger, ResourceMark()]) -> str:
        ledger.new.append(2)
        return ""

    @atomic(group="book")
    @vertex(name="one", effect="side_effect")
    async def one_async(number: int, ledger: Annotated[Ledger, ResourceMark()]) -> float:
        return one(number, ledger)

    @atomic(group="book")
    @vertex(name="two", effect="side_effect")
    async def two_async(one: float, ledger: Annotated[Ledger, ResourceMark()]) -> str:
        return two(one, ledger)

    if is_async:
        flow = Flow.of("book", one_async, two_async)
        return flow.options(transactions={"book": AsyncBook(rows, forgets)})
    return Flow.of("book", one, two).options(transactions={"book": Book(rows, forgets)})


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("forgets", "codes"),
    [("nothing", []), ("rollback", ["HB342", "HB342"]), ("commit", ["HB340"])],
)
def test_a_transaction_of_ones_own_is_verified_too(
    forgets: str, codes: list[str], is_async: bool
) -> None:
    rows: list[int] = []
    flow = _book_flow(rows, forgets, is_async=is_async)

    found = verify_groups(flow, lambda: list(rows), inputs={"number": 1}, reset=rows.clear)

    assert _codes(found) == codes, found


@pytest.mark.parametrize(
    "options",
    [
        {"schedule": "eager"},
        {"on_error": "continue"},
        {"timeout_s": 60.0},
        {"cache": True},
        {"parallel": True, "max_workers": 1},
        {"check": False},
    ],
    ids=str,
)
def test_the_verdict_does_not_depend_on_the_options_of_the_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: OptionsGiven
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path / "cache"))
    fine, bad = _shop(tmp_path / "fine.db"), _shop(tmp_path / "bad.db", "charge")

    verdicts = [
        _codes(
            verify_groups(
                shop.flow.options(**options), shop.probe, inputs={"item": 1}, reset=shop.reset
            )
        )
        for shop in (fine, bad)
    ]

    assert verdicts == [[], ["HB342"]]
    assert not (tmp_path / "cache").exists()


def test_of_two_groups_each_is_tried_while_the_other_is_whole_or_idle(tmp_path: Path) -> None:
    path = tmp_path / "two.db"
    other: list[str] = []

    def write(db: sqlite3.Connection, what: str) -> None:
        db.execute("INSERT INTO item VALUES (?)", [what])

    @atomic(group="first")
    @vertex(effect="side_effect")
    def one(item: int, db: sqlite3.Connection) -> bytes:
        write(db, "one")
        return b""

    @atomic(group="first")
    @vertex(effect="side_effect")
    def two(one: bytes, db: sqlite3.Connection) -> float:
        write(db, "two")
        return 1.0

    @atomic(group="second")
    @vertex(effect="side_effect")
    def three(two: float, db: sqlite3.Connection) -> str:
        write(db, "three")
        other.append("three")
        return ""

    flow = Flow.of("two", one, two, three)
    database = SqliteTransaction(path, pragmas={"synchronous": "OFF"})
    flow = flow.options(transactions={"first": database, "second": database})

    def reset() -> None:
        other.clear()
        with closing(sqlite3.connect(path)) as db:
            db.executescript(_EMPTY)

    def probe() -> object:
        with closing(sqlite3.connect(path)) as db:
            return db.execute("SELECT what FROM item").fetchall(), list(other)

    found = verify_groups(flow, probe, inputs={"item": 1}, reset=reset)

    assert [len(group.problems) for group in found.groups] == [0, 1]
    assert _codes(found) == ["HB342"]
    assert "`three`" in found.problems[0].message
    of_second = [trial for trial in found.trials if trial.group == "second"]
    assert of_second[-1].after == ([("one",), ("two",)], ["three"])


def test_nothing_is_left_running_and_no_connection_open(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop.db", "confirm")
    verify_groups(shop.flow, shop.probe, inputs={"item": 1}, reset=shop.reset)

    with closing(sqlite3.connect(shop.path, timeout=0, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        db.execute("ROLLBACK")
