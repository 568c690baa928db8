"""`flow.options(transactions=...)`: what fits a group, what is refused, what members get."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from group_runs import ASYNCIO, MODES, SERIAL, STAGED, Mode
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import PostgresTransaction, SqlAlchemyTransaction, SqliteTransaction
from hbia_dsl.errors import AtomicSetupError, HbiaError, RunInputError, RunOptionError


@atomic(group="payment")
@vertex(effect="side_effect")
def save(item: int, db: sqlite3.Connection) -> int:
    return item


@atomic(group="trip", on_failure="abort")
@vertex(effect="side_effect")
def book(item: int) -> str:
    return str(item)


SHOP: Final[Any] = Flow.of("shop", save, book)
NOWHERE: Final = PostgresTransaction("postgresql://127.0.0.1:1/none")

REFUSALS: dict[str, tuple[object, str, str]] = {
    "no mapping": (
        [SqliteTransaction("app.db")],
        "`transactions` must be a mapping from groups to transactions, not a list",
        "transactions={",
    ),
    "no such group": (
        {"paymnt": SqliteTransaction("app.db")},
        "`transactions` names `paymnt`, which is not an atomic group of `shop`",
        "did you mean `payment`?",
    ),
    "a key that is no name": (
        {3: SqliteTransaction("app.db")},
        "`transactions` names `3`, which is not an atomic group of `shop`",
        "its groups are payment, trip",
    ),
    "a group that is not rolled back": (
        {"trip": SqliteTransaction("app.db")},
        'atomic group `trip` has on_failure="abort"',
        "leave the transaction out",
    ),
    "two databases": (
        {"payment": [SqliteTransaction("a.db"), SqliteTransaction("b.db")]},
        "atomic group `payment` is given 2 transactions",
        'on_failure="compensate"',
    ),
    "another database": (
        {"payment": NOWHERE},
        "`save` takes a sqlite3.Connection, and what is attached to `payment` gives psycopg.Conn",
        "attach a transaction of that database",
    ),
    "a path": ({"payment": "app.db"}, "a str cannot be attached", "SqliteTransaction"),
    "None": ({"payment": None}, "a NoneType cannot be attached", "SqliteTransaction"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_serve_a_group_is_refused_with_a_way_out(case: str) -> None:
    given, message, way_out = REFUSALS[case]
    with pytest.raises((RunOptionError, AtomicSetupError)) as error:
        SHOP.options(transactions=given)
    assert isinstance(error.value, ValueError)
    assert isinstance(error.value, HbiaError)
    assert message in error.value.diagnostic.message
    assert way_out in str(error.value.diagnostic.help)


def test_an_async_source_needs_async_members() -> None:
    @atomic(group="g")
    @vertex(effect="side_effect")
    def plain(item: int, db: AsyncConnection) -> int:
        return item

    engine = create_async_engine("sqlite+aiosqlite:///never.db")
    with pytest.raises(RunOptionError, match="has to be awaited, and is not async"):
        Flow.of("f", plain).options(transactions={"g": SqlAlchemyTransaction(engine)})


def test_an_async_source_may_have_members_that_take_no_connection(tmp_path: Path) -> None:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{tmp_path / 'app.db'}", poolclass=sqlalchemy.NullPool
    )

    @atomic(group="g")
    @vertex(effect="side_effect")
    async def creates(x: int, db: AsyncConnection) -> int:
        await db.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        return x

    @atomic(group="g")
    @vertex(inputs={"x": creates})
    def plain(x: int) -> str:
        return str(x)

    flow = Flow.of("f", creates, plain, result=plain)
    flow = flow.options(transactions={"g": SqlAlchemyTransaction(engine)})
    assert ASYNCIO.run(flow, x=3).value == "3"


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_group_that_lacks_its_transaction_is_refused_before_anything_runs(mode: Mode) -> None:
    ran: list[int] = []

    @vertex
    def early(item: int) -> float:
        ran.append(item)
        return 1.0

    with pytest.raises(RunOptionError) as error:
        mode.run(Flow.of("f", save, early), item=1)
    assert error.value.diagnostic.code.number == "HB330"
    assert ran == []


def test_a_default_serves_where_no_transaction_is_attached(tmp_path: Path) -> None:
    @atomic(group="g")
    @vertex(effect="side_effect")
    def either(x: int, db: sqlite3.Connection | None = None) -> str:
        return "none" if db is None else "connection"

    flow = Flow.of("f", either, result=either)
    attached = flow.options(transactions={"g": SqliteTransaction(tmp_path / "app.db")})
    assert flow.run(x=1).value == "none"
    assert attached.run(x=1).value == "connection"
    assert flow.run(x=1).value == "none"


def _first(db: sqlite3.Connection, item: int) -> int:
    return item if db.in_transaction else -1


def _only_by_position(db: sqlite3.Connection, /, item: int) -> int:
    return item if db.in_transaction else -1


def _between(item: int, db: sqlite3.Connection, /, more: int = 4) -> int:
    return item if db.in_transaction and more == 4 else -1


def _by_name(item: int, *, db: sqlite3.Connection) -> int:
    return item if db.in_transaction else -1


def _twice(item: int, db: sqlite3.Connection, again: sqlite3.Connection) -> int:
    return item if db is again else -1


def _with_arguments(item: int, db: "sqlite3.Connection") -> int:
    return item if db.in_transaction else -1


class Service:
    """Has a member as a method."""

    def save(self, item: int, db: sqlite3.Connection) -> int:
        """Look at the connection."""
        return item if db.in_transaction else -1


FORMS: Final[list[Callable[..., int]]] = [
    _first,
    _only_by_position,
    _between,
    _by_name,
    _twice,
    _with_arguments,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("mode", [SERIAL, STAGED], ids=str)
def test_a_member_gets_its_connection_wherever_it_asks_for_it(
    form: Callable[..., int], mode: Mode, tmp_path: Path
) -> None:
    member = atomic(group="g")(vertex(name="member", effect="side_effect")(form))
    flow = Flow.of("f", member, result=member)
    flow = flow.options(transactions={"g": SqliteTransaction(tmp_path / "app.db")})
    given = {name: 7 for name in flow.wired.inputs if name == "item"}
    assert mode.run(flow, **given).value == 7


def test_a_method_gets_its_connection(tmp_path: Path) -> None:
    function = atomic(group="g")(vertex(effect="side_effect")(Service.save))
    assert function is Service.save
    service = Service()
    flow = Flow.of("f", service.save, result=service.save)
    flow = flow.options(transactions={"g": SqliteTransaction(tmp_path / "app.db")})
    assert flow.run(item=7).value == 7


def test_a_vertex_that_gives_a_connection_comes_before_the_groups_own(tmp_path: Path) -> None:
    @vertex
    def opens() -> sqlite3.Connection:
        return sqlite3.connect(":memory:")

    @atomic(group="g")
    @vertex(effect="side_effect")
    def takes(opens: sqlite3.Connection) -> bool:
        opens.close()
        return True

    flow = Flow.of("f", opens, takes, result=takes)
    flow = flow.options(transactions={"g": SqliteTransaction(tmp_path / "app.db")})
    assert flow.run().value


class Shelf:
    """A transaction of one's own."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def begin(self) -> None:
        self.log.append("begin")

    def commit(self) -> None:
        self.log.append("commit")

    def rollback(self) -> None:
        self.log.append("rollback")


def two_groups(meet: Callable[[], object]) -> Flow[..., object]:
    """Make a flow of two groups that do not depend on each other."""

    @atomic(group="first")
    @vertex(effect="side_effect")
    def one(x: int) -> int:
        meet()
        return x

    @atomic(group="second")
    @vertex(effect="side_effect")
    def two(x: int) -> str:
        meet()
        return str(x)

    return Flow.of("f", one, two)


def test_one_object_for_two_groups_serves_them_one_after_the_other() -> None:
    shelf = Shelf()
    flow = two_groups(lambda: None).options(transactions={"first": shelf, "second": shelf})
    flow.run(x=1)
    assert shelf.log == ["begin", "commit", "begin", "commit"]


def test_one_object_for_two_groups_at_once_is_refused_and_not_mixed() -> None:
    inside = threading.Event()
    seen = threading.Event()

    def meet() -> None:
        inside.set()
        seen.wait(0.2)

    shelf = Shelf()
    flow = two_groups(meet).options(transactions={"first": shelf, "second": shelf})
    with pytest.raises(FlowFailed) as failed:
        flow.run(parallel=True, x=1)
    assert isinstance(failed.value.root, AtomicSetupError)
    assert shelf.log == ["begin", "rollback"]


def test_a_class_gives_each_group_an_object_of_its_own() -> None:
    made: list[Shelf] = []

    class Made(Shelf):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    flow = two_groups(lambda: None).options(transactions={"first": Made, "second": Made})
    flow.run(parallel=True, x=1)
    assert [shelf.log for shelf in made] == [["begin", "commit"]] * 2


def test_the_kinds_of_other_databases_are_known_by_name() -> None:
    for kind in (psycopg.Connection, sqlalchemy.Connection):

        def takes(item: int, db: object) -> int:
            return item

        takes.__annotations__["db"] = kind
        member = atomic(group="g")(vertex(effect="side_effect")(takes))
        flow = Flow.of("f", member)
        assert set(flow.wired.inputs) == {"item"}
        with pytest.raises(
            RunOptionError, match=r"what is attached to `g` gives sqlite3\.Connection"
        ):
            flow.options(transactions={"g": SqliteTransaction("app.db")})


def test_a_connection_that_is_missing_outside_of_a_group_tells_of_groups() -> None:
    @vertex
    def alone(n: int, conn: sqlite3.Connection) -> int:
        return n

    flow = Flow.of("alone", alone, result=alone)
    with pytest.raises(RunInputError, match="missing input `conn`") as refused:
        flow.run(n=1)
    help_ = refused.value.diagnostic.help or ""
    assert '@atomic(group="payment")' in help_
    assert "flow.options(transactions=" in help_
    with closing(sqlite3.connect(":memory:")) as given, pytest.raises(RunInputError) as other:
        flow.run(conn=given)
    assert "transactions" not in (other.value.diagnostic.help or "")
