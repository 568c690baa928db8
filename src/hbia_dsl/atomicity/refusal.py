"""What is said when a database, a member or a commit does not do what a group needs."""

from typing import Final

from hbia_dsl.atomicity.member_place import member_place
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BROKEN_TRANSACTION,
    DOOMED_COMMIT,
    ENDED_BY_MEMBER,
    UNFIT_DATABASE,
    UNKNOWN_COMMIT,
)
from hbia_dsl.errors import (
    AtomicBrokenError,
    AtomicCommitError,
    AtomicCommitUnknownError,
    AtomicSetupError,
    AtomicStatementError,
)

OWN_PREFIX: Final = "hbia_"
"""How the names of a group's own savepoints begin; members may not touch them."""


def unfit(message: str, help_: str, *notes: str) -> AtomicSetupError:
    """Describe a database that cannot serve a group as it is."""
    place = member_place()
    return AtomicSetupError(
        Diagnostic(UNFIT_DATABASE, message, location=place, notes=notes, help=help_)
    )


def autocommitting() -> AtomicSetupError:
    """Describe an engine whose connections commit each statement."""
    return unfit(
        "a group is a transaction, and with AUTOCOMMIT there is none",
        'leave `isolation` out, or write isolation="SERIALIZABLE"',
    )


def unawaited(kind: str, method: str) -> AtomicSetupError:
    """Describe a method of an object of the user's own that gave an awaitable unexpectedly.

    Args:
        kind: Name of the object's class.
        method: Name of the method.
    """
    return unfit(
        f"`{method}` of a {kind} returned an awaitable; declare it `async def`",
        f"write `async def {method}`; if `commit` is one, all methods of the object are awaited",
        "nothing of it was awaited",
    )


def ended_by_member(what: str, help_: str | None = None) -> AtomicStatementError:
    """Describe a member's attempt to end the transaction.

    Args:
        what: What the member did: "`commit()`".
        help_: What to write instead, if that is not only leaving it out.
    """
    return AtomicStatementError(
        Diagnostic(
            ENDED_BY_MEMBER,
            f"{what} is refused inside an atomic group",
            location=member_place(),
            notes=("the group commits when its last member has returned, or rolls back",),
            help=help_ or "leave it out; raise an exception to have the group rolled back",
        )
    )


def doomed_commit() -> AtomicCommitError:
    """Describe a commit after a failed statement that a member went on from."""
    return AtomicCommitError(
        Diagnostic(
            DOOMED_COMMIT,
            "the group cannot be committed: a statement in it failed and its member went on",
            notes=("nothing was committed",),
            help="let the database's error leave the member, or put a savepoint around the"
            " statement that may fail",
        )
    )


def unknown_commit() -> AtomicCommitUnknownError:
    """Describe a connection that was lost between sending COMMIT and its answer."""
    return AtomicCommitUnknownError(
        Diagnostic(
            UNKNOWN_COMMIT,
            "the connection was lost during COMMIT: the group's work may or may not be there",
            help="look in the database before the group is run again",
        )
    )


def broken_transaction(note: str, *, in_member: bool = False) -> AtomicBrokenError:
    """Describe a transaction that ended before its group did.

    Args:
        note: How it ended, as far as it is known.
        in_member: Whether a member is at work, so that its line is of interest.
    """
    return AtomicBrokenError(
        Diagnostic(
            BROKEN_TRANSACTION,
            "the transaction of the group ended before the group did",
            location=member_place() if in_member else None,
            notes=(note,),
            help="look for a member that ends it by means that cannot be refused: the raw driver"
            " connection, a statement that commits implicitly, a conflict clause ROLLBACK",
        )
    )
