"""What an atomic group asks of a database: the protocols.

A *source* is what a user attaches to a group. It is shared by every run of the flow,
in any thread, and holds no connection. Each attempt of a group opens a *unit* from
it: one connection with one transaction, used by one thread or task at a time (though
not always by the same one) and left behind closed.

A runner drives a unit like this, and retries the whole attempt, with a new unit, if
`failure_kind` says "conflict" or "lost"::

    unit = source.open()
    try:
        unit.begin()
        for member in members:
            unit.enter_member(member)
            call(member, unit.resource(sqlite3.Connection))
            unit.leave_member(succeeded=True)  # succeeded=False if the call raised
        unit.commit()
    except BaseException:
        unit.rollback()
        raise
    finally:
        unit.close()
"""

from collections.abc import Sequence
from typing import Literal, Protocol

FailureKind = Literal["conflict", "lost", "other"]
"""What a failure means for its group.

`conflict`: the database chose this transaction to give way (serialization failure,
deadlock, busy); run the whole group again. `lost`: the connection was lost before
COMMIT, so the server rolls back; the group may run again. `other`: the group failed.
"""

Outcome = Literal["open", "committed", "rolled back", "unknown"]
"""What became of a unit's work; `open` also before `begin`.

It is right even where an interrupt (Ctrl-C) cut `commit` short: ask it before saying
that nothing happened.
"""


class Transaction(Protocol):
    """The methods that a transaction of one's own needs; only two of them always.

    An object with at least `commit` and `rollback` can be attached to a group, see
    `as_source`; they may all be `async`.
    """

    def begin(self) -> None:
        """Open the transaction."""
        ...

    def savepoint(self, name: str) -> None:
        """Remember this point under a name, which is an identifier."""
        ...

    def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint; the savepoint stays."""
        ...

    def commit(self) -> None:
        """Make everything since `begin` lasting, or raise and have made nothing so."""
        ...

    def rollback(self) -> None:
        """Undo everything since `begin`."""
        ...

    def close(self) -> None:
        """Give back the connection."""
        ...


class TransactionUnit(Protocol):
    """One attempt of a group on one connection, for members that run on threads.

    Calls never overlap, except `interrupt`, which may come from another thread at any
    time.
    """

    @property
    def is_async(self) -> Literal[False]:
        """False: no method is to be awaited."""
        ...

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        ...

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback`, `close` and `interrupt` met with; they raise nothing."""
        ...

    def begin(self) -> None:
        """Connect and open the transaction.

        Raises:
            AtomicSetupError: The source cannot be used in this place.
            Exception: The database's own, as `failure_kind` can read it.
        """
        ...

    def savepoint(self, name: str) -> None:
        """Remember this point under a name, which is an identifier.

        A second savepoint of that name hides the first, as in SQL.
        """
        ...

    def rollback_to(self, name: str) -> None:
        """Undo everything since the savepoint, which stays; also after a failed statement."""
        ...

    def enter_member(self, name: str) -> None:
        """Prepare for a member's call: until `leave_member` the transaction is guarded.

        What would end it (`commit`, `rollback`, `close`, the same in SQL) is refused with
        an `AtomicStatementError`, and the transaction survives.
        """
        ...

    def leave_member(self, *, succeeded: bool) -> None:
        """End a member's call: what it left unwritten in a session is written.

        Args:
            succeeded: Whether the member returned. If not, nothing is written and nothing
                is raised.

        Raises:
            AtomicBrokenError: The transaction ended behind our back.
            Exception: The database's own, from writing. The member failed by it.
        """
        ...

    def resource(self, kind: object) -> object:
        """Return what a member gets for a parameter annotated with this class.

        Valid until the member is left.
        """
        ...

    def interrupt(self) -> None:
        """Stop a statement that is running, from any thread; raise nothing.

        The statement fails in its own thread; after that only a rollback is sensible.
        """
        ...

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure of a member, or of a method of this unit, means.

        Ask before `rollback`. Where it is not certain that nothing was committed, the
        answer is "other": such a group does not run again by itself.
        """
        ...

    def commit(self) -> None:
        """Make the work of all members lasting.

        Raises:
            AtomicCommitUnknownError: The connection was lost during COMMIT; the work may
                or may not be there.
            AtomicCommitError: A statement failed and a member went on regardless; nothing
                was committed.
            AtomicBrokenError: The transaction ended behind our back.
            Exception: The database's own; nothing was committed.
        """
        ...

    def rollback(self) -> None:
        """Undo everything, in whatever state the connection is; raise nothing.

        Does nothing before `begin`, after `commit` and the second time.
        """
        ...

    def close(self) -> None:
        """Give back the connection, rolled back if it was open; raise nothing, however often."""
        ...


class AsyncTransactionUnit(Protocol):
    """A `TransactionUnit` for members that are tasks; what waits for the database is async."""

    @property
    def is_async(self) -> Literal[True]:
        """True: every method that waits for the database is to be awaited."""
        ...

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        ...

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback`, `close` and `interrupt` met with; they raise nothing."""
        ...

    async def begin(self) -> None:
        """See `TransactionUnit.begin`."""

    async def savepoint(self, name: str) -> None:
        """See `TransactionUnit.savepoint`."""

    async def rollback_to(self, name: str) -> None:
        """See `TransactionUnit.rollback_to`."""

    async def enter_member(self, name: str) -> None:
        """See `TransactionUnit.enter_member`."""

    async def leave_member(self, *, succeeded: bool) -> None:
        """See `TransactionUnit.leave_member`."""

    def resource(self, kind: object) -> object:
        """See `TransactionUnit.resource`."""
        ...

    def interrupt(self) -> None:
        """See `TransactionUnit.interrupt`; a task is cancelled instead where that is possible."""
        ...

    def failure_kind(self, error: BaseException) -> FailureKind:
        """See `TransactionUnit.failure_kind`."""
        ...

    async def commit(self) -> None:
        """See `TransactionUnit.commit`. Shield it from cancellation."""

    async def rollback(self) -> None:
        """See `TransactionUnit.rollback`. Shield it from cancellation."""

    async def close(self) -> None:
        """See `TransactionUnit.close`. Shield it from cancellation."""


class TransactionSource(Protocol):
    """What is attached to a group: opens a unit for each attempt.

    Shared by all runs at once; its methods may be called from any thread.
    """

    @property
    def is_async(self) -> bool:
        """Whether the units are `AsyncTransactionUnit`s."""
        ...

    @property
    def resources(self) -> tuple[str, ...]:
        """Which classes a member can ask for, as `module.qualname`.

        Names, so that no database package is imported to compare them; see `serves`.
        """
        ...

    def open(self) -> TransactionUnit | AsyncTransactionUnit:
        """Return a unit for one attempt; connects to nothing yet."""
        ...
