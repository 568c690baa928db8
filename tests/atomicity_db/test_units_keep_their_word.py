"""All or nothing, on every database: what a unit promises whoever drives it."""

import threading
from collections.abc import Callable

import pytest

from database_worlds import Group, World, run
from hbia_dsl.atomicity import as_source
from hbia_dsl.errors import AtomicBrokenError, AtomicCommitError

PAY = "UPDATE account SET amount = amount - 30 WHERE id = 1"
BOOK = "INSERT INTO account VALUES (2, 30)"
TWICE = "INSERT INTO account VALUES (1, 0)"

START = [(1, 100)]
PAID = [(1, 70), (2, 30)]


def groups_of(world: World) -> list[Group]:
    return [Group(world.source, kind) for kind in world.kinds]


def test_a_commit_keeps_the_work_of_all_members(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        before = world.rows()
        await group.member(BOOK)
        await group.commit()
        outcome = group.unit.outcome
        await group.close()

        assert (before, world.rows(), outcome) == (START, PAID, "committed")

    run(body)


def test_a_rollback_keeps_none_of_it(world: World) -> None:
    async def body() -> None:
        for group in groups_of(world):
            await group.begin()
            await group.member(PAY)
            await group.member(BOOK)
            await group.rollback()
            await group.close()

            assert world.rows() == START
            assert group.unit.outcome == "rolled back"
            assert not group.unit.troubles

    run(body)


def test_closing_without_a_commit_is_a_rollback(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY, BOOK)
        await group.close()
        await group.close()

        assert (world.rows(), group.unit.outcome) == (START, "rolled back")

    run(body)


def test_tables_made_by_a_member_are_rolled_back_too(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member("CREATE TABLE extra (id INTEGER)", "INSERT INTO extra VALUES (1)")
        await group.rollback()
        await group.close()
        again = Group(world.source, world.kinds[0])
        await again.begin()
        await again.member("CREATE TABLE extra (id INTEGER)")
        await again.close()

    run(body)


def test_going_back_to_a_savepoint_undoes_what_came_after_it(world: World) -> None:
    async def body() -> None:
        for group in groups_of(world):
            await group.begin()
            await group.savepoint("first")
            await group.member(PAY)
            await group.savepoint("second")
            await group.member(BOOK)
            await group.rollback_to("second")
            await group.rollback_to("second")
            await group.member("SELECT id FROM account")
            await group.rollback_to("first")
            await group.member("INSERT INTO account VALUES (3, 3)")
            await group.commit()
            await group.close()

            assert world.rows() == [*START, (3, 3)]
            await _delete_third(world)

    run(body)


async def _delete_third(world: World) -> None:
    group = Group(world.source, world.kinds[0])
    await group.begin()
    await group.member("DELETE FROM account WHERE id = 3")
    await group.commit()
    await group.close()


def test_after_a_failed_statement_a_savepoint_leads_back(world: World) -> None:
    async def body() -> None:
        for group in groups_of(world):
            await group.begin()
            await group.member("INSERT INTO account VALUES (3, 3)")
            await group.savepoint("before")
            with pytest.raises(Exception, match=r"(?i)unique"):
                await group.member(TWICE)
            await group.rollback_to("before")
            await group.commit()
            await group.close()

            assert world.rows() == [*START, (3, 3)]
            await _delete_third(world)

    run(body)


def test_a_failed_statement_that_a_member_hid_is_never_committed_half(world: World) -> None:
    """PostgreSQL answers such a COMMIT with a quiet ROLLBACK; SQLite undoes the statement alone."""

    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member(PAY)
        with pytest.raises(Exception, match=r"(?i)unique"):
            await group.member(TWICE)
        if world.is_postgres:
            with pytest.raises(AtomicCommitError):
                await group.commit()
            await group.rollback()
        else:
            await group.commit()
        await group.close()

        assert world.rows() == (START if world.is_postgres else [(1, 70)])
        assert group.unit.outcome == ("rolled back" if world.is_postgres else "committed")

    run(body)


def test_a_member_may_use_savepoints_of_its_own(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await group.member("SAVEPOINT mine", BOOK, "ROLLBACK TO SAVEPOINT mine", PAY)
        await group.member("SAVEPOINT mine", "RELEASE SAVEPOINT mine")
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 70)]

    run(body)


@pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
def test_what_has_ended_is_used_no_more(world: World, ending: str) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.begin()
        await getattr(group, ending)()
        with pytest.raises(AtomicBrokenError):
            await group.member(PAY)
        with pytest.raises(AtomicBrokenError):
            await group.commit()
        await group.rollback()
        await group.close()

        assert world.rows() == START

    run(body)


def test_a_unit_that_never_began_can_be_rolled_back_and_closed(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[0])
        await group.rollback()
        await group.close()

        assert (group.unit.outcome, list(group.unit.troubles)) == ("open", [])

    run(body)


@pytest.mark.parametrize(
    "world", ["sqlite3", "sqlalchemy/sqlite", "sqlalchemy/postgres", "psycopg"], indirect=True
)
def test_a_unit_may_go_from_thread_to_thread(world: World) -> None:
    unit = world.source.open()
    assert not unit.is_async
    errors: list[BaseException] = []

    def on_a_thread(step: Callable[[], object]) -> None:
        def guarded() -> None:
            try:
                step()
            except BaseException as error:  # noqa: BLE001 - shown by the assert below
                errors.append(error)

        thread = threading.Thread(target=guarded)
        thread.start()
        thread.join()

    def member(sql: str) -> None:
        group = Group(world.source, world.kinds[0])
        group.unit = unit
        run(lambda: group.member(sql))

    on_a_thread(unit.begin)
    on_a_thread(lambda: member(PAY))
    on_a_thread(lambda: member(BOOK))
    on_a_thread(unit.commit)
    on_a_thread(unit.close)

    assert not errors
    assert world.rows() == PAID


def test_a_source_is_taken_as_it_is(world: World) -> None:
    assert as_source(world.source) is world.source
