"""Objects of one's own as transactions: the six methods, fewer of them, or async ones."""

import asyncio
import functools
from collections.abc import Callable

import pytest
import trio

from hbia_dsl.atomicity import TransactionSource, TransactionUnit, as_source
from hbia_dsl.errors import AtomicCommitUnknownError, AtomicSetupError


class Ledger:
    """Has all that the protocol lists, and writes down what it was asked."""

    resources = (list,)

    def __init__(self) -> None:
        self.calls: list[str] = []

    def begin(self) -> None:
        self.calls.append("begin")

    def savepoint(self, name: str) -> None:
        self.calls.append(f"savepoint {name}")

    def rollback_to(self, name: str) -> None:
        self.calls.append(f"rollback_to {name}")

    def commit(self) -> None:
        self.calls.append("commit")

    def rollback(self) -> None:
        self.calls.append("rollback")

    def close(self) -> None:
        self.calls.append("close")

    def resource(self, kind: object) -> object:
        assert kind is list
        return self.calls


class Small:
    """What the original takes: `commit` and `rollback`."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def commit(self) -> None:
        self.calls.append("commit")

    def rollback(self) -> None:
        self.calls.append("rollback")


class Half:
    """Lacks `rollback`."""

    def commit(self) -> None:
        return


class Needing(Small):
    """Cannot be made without an argument."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class AsyncSmall:
    """The same, async."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def commit(self) -> None:
        self.calls.append("commit")

    async def rollback(self) -> None:
        self.calls.append("rollback")


def plain(source: TransactionSource) -> TransactionUnit:
    unit = source.open()
    assert not unit.is_async
    return unit


def test_the_six_methods_are_called_as_a_database_would_be() -> None:
    ledger = Ledger()
    source = as_source(ledger)
    unit = plain(source)
    unit.begin()
    unit.enter_member("save")
    unit.savepoint("first")
    unit.rollback_to("first")
    resource = unit.resource(list)
    unit.leave_member(succeeded=True)
    unit.commit()
    unit.rollback()
    unit.close()
    unit.close()

    assert ledger.calls == [
        "begin",
        "savepoint first",
        "rollback_to first",
        "commit",
        "close",
    ]
    assert resource is ledger.calls
    assert source.resources == ("builtins.list",)
    assert unit.outcome == "committed"


def test_commit_and_rollback_are_enough() -> None:
    small = Small()
    source = as_source(small)
    for ending in ("commit", "rollback"):
        unit = plain(source)
        unit.begin()
        unit.savepoint("ignored")
        getattr(unit, ending)()
        unit.interrupt()
        unit.close()

    assert small.calls == ["commit", "rollback"]
    assert source.resources == ()


def test_closing_without_a_commit_rolls_back() -> None:
    small = Small()
    unit = plain(as_source(small))
    unit.begin()
    unit.close()

    assert (small.calls, unit.outcome) == (["rollback"], "rolled back")


def test_what_is_missing_is_missed_when_it_is_needed() -> None:
    unit = plain(as_source(Small()))
    unit.begin()
    with pytest.raises(AtomicSetupError, match="has no `rollback_to`"):
        unit.rollback_to("first")
    with pytest.raises(AtomicSetupError, match="has no `resource`"):
        unit.resource(list)
    unit.close()


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_async_methods_are_awaited_on_either_loop(loop: str) -> None:
    given = AsyncSmall()
    source = as_source(given)

    async def body() -> None:
        for ending in ("commit", "rollback", "close"):
            unit = source.open()
            assert unit.is_async
            await unit.begin()
            await unit.enter_member("save")
            await unit.savepoint("ignored")
            await unit.leave_member(succeeded=True)
            await getattr(unit, ending)()
            await unit.close()

    if loop == "trio":
        trio.run(body)
    else:
        asyncio.run(body())

    assert source.is_async
    assert given.calls == ["commit", "rollback", "rollback"]


@pytest.mark.parametrize("make", [Small, functools.partial(Small)])
def test_a_class_or_function_makes_one_for_each_attempt(make: Callable[[], Small]) -> None:
    source = as_source(make)
    first, second = plain(source), plain(source)
    first.begin()
    second.begin()
    first.commit()
    second.close()

    assert (first.outcome, second.outcome) == ("committed", "rolled back")


def test_a_function_says_by_its_annotation_what_it_makes() -> None:
    def make() -> AsyncSmall:
        return AsyncSmall()

    def make_ledger() -> Ledger:
        return Ledger()

    assert as_source(make).is_async
    assert as_source(make_ledger).resources == ("builtins.list",)


def test_one_object_does_not_serve_two_groups_at_once() -> None:
    small = Small()
    source = as_source(small)
    first, second = plain(source), plain(source)
    first.begin()
    with pytest.raises(AtomicSetupError, match="serves another group"):
        second.begin()
    second.rollback()
    second.close()
    first.commit()
    first.close()
    third = plain(source)
    third.begin()
    third.close()

    assert small.calls == ["commit", "rollback"]


def test_an_object_that_keeps_groups_apart_itself_may_serve_two() -> None:
    source = as_source(Small(), exclusive=False)
    for unit in (plain(source), plain(source)):
        unit.begin()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (object(), "lacks `commit` and `rollback`"),
        ("app.db", "lacks"),
        (None, "lacks"),
        (Half(), "lacks `rollback`"),
        (Needing, "takes arguments"),
    ],
)
def test_what_is_no_transaction_is_refused(given: object, reason: str) -> None:
    with pytest.raises(AtomicSetupError, match=reason):
        as_source(given)


def test_a_rollback_that_raises_is_kept_and_nothing_is_known() -> None:
    class Stuck(Small):
        def rollback(self) -> None:
            raise OSError

        def close(self) -> None:
            raise KeyError

    unit = plain(as_source(Stuck()))
    unit.begin()
    unit.rollback()
    unit.close()

    assert unit.outcome == "unknown"
    assert [type(trouble) for trouble in unit.troubles] == [OSError, KeyError]


def test_a_commit_that_raises_has_committed_nothing_and_is_rolled_back() -> None:
    class Refusing(Small):
        def commit(self) -> None:
            raise OSError

    small = Refusing()
    unit = plain(as_source(small))
    unit.begin()
    with pytest.raises(OSError, match=r"^$"):
        unit.commit()
    unit.rollback()
    unit.close()

    assert (small.calls, unit.outcome) == (["rollback"], "rolled back")


def test_a_commit_that_was_interrupted_is_unknown() -> None:
    class Slow(Small):
        def commit(self) -> None:
            raise KeyboardInterrupt

    unit = plain(as_source(Slow()))
    unit.begin()
    with pytest.raises(KeyboardInterrupt):
        unit.commit()
    unit.rollback()
    unit.close()

    assert unit.outcome == "unknown"


def test_an_object_can_say_what_its_failures_mean() -> None:
    class Telling(Small):
        def failure_kind(self, error: BaseException) -> str:
            return "conflict" if isinstance(error, OSError) else "no idea"

    unit = plain(as_source(Telling()))

    assert unit.failure_kind(OSError()) == "conflict"
    assert unit.failure_kind(ValueError()) == "other"


def test_an_object_can_say_that_a_commit_is_unknown() -> None:
    from hbia_dsl.atomicity.refusal import unknown_commit

    class Honest(Small):
        def commit(self) -> None:
            raise unknown_commit()

    unit = plain(as_source(Honest()))
    unit.begin()
    with pytest.raises(AtomicCommitUnknownError):
        unit.commit()
    unit.close()

    assert unit.outcome == "unknown"
