"""What every unit on a database of its own knows of itself: how it ended, and what went wrong."""

from collections.abc import Sequence
from typing import Literal

from hbia_dsl.atomicity.transaction import Outcome


class UnitAccount:
    """The part of a `TransactionUnit` that is the same for all databases."""

    def __init__(self) -> None:
        self._outcome: Outcome = "open"
        self._troubles: list[Exception] = []

    @property
    def is_async(self) -> Literal[False]:
        """False: members run on threads, or here."""
        return False

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        return self._outcome

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback`, `close` and `interrupt` met with."""
        return tuple(self._troubles)
