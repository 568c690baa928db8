"""Sessions of SQLAlchemy join the group: their commits are savepoints, and they write in time."""

from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from database_worlds import Group, World, run, settle
from hbia_dsl.errors import AtomicStatementError

SQLALCHEMY = [
    "sqlalchemy/sqlite",
    "sqlalchemy/postgres",
    "async sqlalchemy/sqlite",
    "async sqlalchemy/postgres",
]

every_sqlalchemy = pytest.mark.parametrize("world", SQLALCHEMY, indirect=True)


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]


AnySession = Session | AsyncSession


@every_sqlalchemy
def test_a_commit_of_a_session_lasts_only_with_the_group(world: World) -> None:
    async def body() -> None:
        for keeps in (False, True):
            group = Group(world.source, world.kinds[1])
            await group.begin()

            async def member(target: object) -> None:
                session = cast(AnySession, target)
                session.add(Account(id=2, amount=30))
                await settle(session.commit())
                session.add(Account(id=3, amount=3))
                await settle(session.flush())
                await settle(session.rollback())

            await group.member_does(member)
            assert world.rows() == [(1, 100)]
            await (group.commit() if keeps else group.rollback())
            await group.close()

            assert world.rows() == [(1, 100), *([(2, 30)] if keeps else [])]

    run(body)


@every_sqlalchemy
def test_what_a_session_holds_is_written_when_its_member_returns(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[1])
        await group.begin()

        async def member(target: object) -> Account:
            new = Account(id=2, amount=30)
            cast(AnySession, target).add(new)
            return new

        written = cast(Account, await group.member_does(member))
        other = Group(world.source, world.kinds[0])
        other.unit = group.unit
        await other.member("UPDATE account SET amount = amount + 1 WHERE id = 2")
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 100), (2, 31)]
        assert (written.id, written.amount) == (2, 30)  # readable after the session is gone

    run(body)


@every_sqlalchemy
def test_a_member_that_fails_leaves_nothing_of_its_session(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[1])
        await group.begin()
        await group.savepoint("before")

        async def member(target: object) -> None:
            session = cast(AnySession, target)
            session.add(Account(id=2, amount=30))
            await settle(session.flush())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await group.member_does(member)
        await group.rollback_to("before")
        await group.member("INSERT INTO account VALUES (4, 4)")
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 100), (4, 4)]

    run(body)


@every_sqlalchemy
def test_what_cannot_be_written_fails_the_member(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[1])
        await group.begin()

        async def member(target: object) -> None:
            cast(AnySession, target).add(Account(id=1, amount=0))

        with pytest.raises(Exception, match=r"(?i)unique"):
            await group.member_does(member)
        await group.rollback()
        await group.close()

        assert world.rows() == [(1, 100)]
        assert not group.unit.troubles

    run(body)


@every_sqlalchemy
def test_each_member_has_a_session_of_its_own_and_one_only(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, world.kinds[1])
        await group.begin()
        seen: list[object] = []

        async def member(target: object) -> None:
            seen.extend((target, group.unit.resource(world.kinds[1])))

        await group.member_does(member)
        await group.member_does(member)
        await group.close()

        assert seen[0] is seen[1]
        assert seen[2] is seen[3]
        assert seen[0] is not seen[2]

    run(body)


@pytest.mark.parametrize("world", ["sqlalchemy/sqlite", "sqlalchemy/postgres"], indirect=True)
@pytest.mark.parametrize("succeeds", [True, False])
def test_savepoints_that_a_member_left_open_are_kept_if_it_succeeds(
    world: World, succeeds: bool
) -> None:
    async def body() -> None:
        import sqlalchemy

        group = Group(world.source, world.kinds[0])
        await group.begin()

        def member(target: object) -> None:
            connection = cast(sqlalchemy.Connection, target)
            connection.begin_nested()
            connection.begin_nested()
            connection.execute(text("INSERT INTO account VALUES (2, 30)"))
            if not succeeds:
                raise ZeroDivisionError

        try:
            await group.member_does(member)
        except ZeroDivisionError:
            assert not succeeds
        await group.commit()
        await group.close()

        assert world.rows() == [(1, 100), *([(2, 30)] if succeeds else [])]

    run(body)


@pytest.mark.parametrize("world", ["sqlalchemy/sqlite", "sqlalchemy/postgres"], indirect=True)
def test_a_session_cannot_reach_the_commit_of_its_connection(world: World) -> None:
    async def body() -> None:
        group = Group(world.source, Session)
        await group.begin()
        with pytest.raises(AtomicStatementError):
            await group.member_does(lambda s: cast(Session, s).connection().commit())
        with pytest.raises(AtomicStatementError):
            await group.member_does(lambda s: cast(Session, s).execute(text("commit")))
        await group.close()

    run(body)
