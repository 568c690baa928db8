"""A verification against each kind of database, and a probe with a connection of its own."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from database_worlds import WORLDS, World, build_world, execute
from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups
from postgres_server import postgres_database, postgres_own_database, postgres_uri

_FIRST: Final = "INSERT INTO account VALUES (2, 7)"

__all__ = ["postgres_database", "postgres_own_database", "postgres_uri"]


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each database in turn."""
    yield from build_world(str(request.param), request)


def _flow(world: World, outside: list[int]) -> Flow[..., object]:
    """Make a flow of two members that add a row each; the second also does it elsewhere."""
    kind = world.kinds[0]
    is_async = world.source.is_async

    def first(amount: int, db: object) -> float:
        assert amount == 7
        coroutine = execute(db, _FIRST)
        with pytest.raises(StopIteration):
            coroutine.send(None)  # what is not async ends at once
        return 1.0

    def second(first: float, db: object) -> str:
        outside.append(1)
        coroutine = execute(db, "INSERT INTO account VALUES (3, 1)")
        with pytest.raises(StopIteration):
            coroutine.send(None)
        return ""

    async def first_async(amount: int, db: object) -> float:
        assert amount == 7
        await execute(db, _FIRST)
        return 1.0

    async def second_async(first: float, db: object) -> str:
        outside.append(1)
        await execute(db, "INSERT INTO account VALUES (3, 1)")
        return ""

    pair = (first_async, second_async) if is_async else (first, second)
    members: list[Callable[..., object]] = []
    for name, member in zip(("first", "second"), pair, strict=True):
        member.__annotations__["db"] = kind
        declared = vertex(name=name, effect="side_effect")(member)
        members.append(atomic(group="payment")(declared))
    flow = Flow.of("pay", *members)
    return flow.options(transactions={"payment": world.source})


def test_a_real_database_keeps_its_word_and_nothing_stays_open(world: World) -> None:
    outside: list[int] = []
    flow = _flow(world, outside)

    rows = verify_groups(flow, world.rows, inputs={"amount": 7})

    assert rows.ok, rows
    assert world.rows() == [(1, 100), (2, 7), (3, 1)]  # of the one run as a whole


def test_what_is_done_elsewhere_is_found_with_each_of_them(world: World) -> None:
    outside: list[int] = []
    flow = _flow(world, outside)

    found = verify_groups(flow, outside.copy, inputs={"amount": 7})

    assert [problem.code.number for problem in found.problems] == ["HB342"], found
    assert "`second`" in found.problems[0].message
