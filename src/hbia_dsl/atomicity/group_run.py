"""The transaction of one atomic group in one run: what its steps and members share.

The step before the members makes one and puts it in the group's slot, the members take
their connection from it, and the step after them commits it. Retrying a group replaces it.
"""

import time
from collections.abc import Mapping
from typing import Final, cast

from hbia_dsl.atomicity.transaction import (
    AsyncTransactionUnit,
    FailureKind,
    TransactionSource,
    TransactionUnit,
)
from hbia_dsl.diagnostics.logbook import log_warning

MOST_ATTEMPTS: Final[Mapping[FailureKind, int]] = {"conflict": 10, "lost": 5, "other": 1}
"""How often a group is begun, by what the last failure means."""

FIRST_PAUSE_S: Final = 0.02
"""Longest wait before the second attempt, in seconds, or as long as the first one took if that
is more; doubles with each further one."""

LONGEST_PAUSE_S: Final = 2.0
"""Longest wait before any attempt of a group that is quicker than that, in seconds."""

BEGIN_PATIENCE_S: Final = 20.0
"""How long it is tried to begin at all, in seconds: a file may stay busy for ever."""

_LASTING: Final = ("committed", "unknown")

Unit = TransactionUnit | AsyncTransactionUnit


class GroupRun:
    """One attempt of a group."""

    __slots__ = ("attempt", "group", "is_doomed", "made_at", "unit")

    def __init__(self, group: str, source: TransactionSource, attempt: int) -> None:
        self.group: str = group
        self.unit: Unit = source.open()
        self.attempt: int = attempt
        self.made_at: float = time.monotonic()
        self.is_doomed = False
        """Whether a member failed, so that the last step has to roll back."""

    def begin(self) -> None:
        """Open the transaction; nothing is left open if that fails."""
        try:
            self._sync.begin()
        except BaseException:
            self._sync.close()
            raise

    def end(self) -> None:
        """Commit, or roll back if a member failed."""
        if self.is_doomed:
            self.roll_back()
            return
        self._sync.commit()
        self._sync.close()
        self._report()

    def roll_back(self) -> bool:
        """Undo and close; return False if it had been committed, or nobody knows."""
        self._sync.rollback()
        self._sync.close()
        self._report()
        return self.unit.outcome not in _LASTING

    async def begin_async(self) -> None:
        """Open the transaction; nothing is left open if that fails."""
        try:
            await self._async.begin()
        except BaseException:
            await self._async.close()
            raise

    async def end_async(self) -> None:
        """Commit, or roll back if a member failed."""
        if self.is_doomed:
            await self.roll_back_async()
            return
        await self._async.commit()
        await self._async.close()
        self._report()

    async def roll_back_async(self) -> bool:
        """Undo and close; return False if it had been committed, or nobody knows."""
        await self._async.rollback()
        await self._async.close()
        self._report()
        return self.unit.outcome not in _LASTING

    def may_retry(self, error: BaseException) -> bool:
        """Return whether the database asks for another attempt because of this error."""
        kind = self.unit.failure_kind(error)
        if self.attempt < MOST_ATTEMPTS[kind]:
            return True
        if kind != "other":
            self.note_attempts(error)
        return False

    def note_attempts(self, error: BaseException) -> None:
        """Say on an error that this was not the first attempt."""
        note = f"group `{self.group}` was tried {self.attempt} times"
        if self.attempt > 1 and note not in getattr(error, "__notes__", ()):
            error.add_note(note)

    def longest_pause_s(self) -> float:
        """Return how long may be waited before the next attempt, in seconds.

        Those that met will meet again, unless they spread over more time than each needs.
        """
        took_s = time.monotonic() - self.made_at
        wanted_s = max(FIRST_PAUSE_S, took_s) * 2.0 ** (self.attempt - 1)
        return min(wanted_s, max(LONGEST_PAUSE_S, 8 * took_s))

    @property
    def _sync(self) -> TransactionUnit:
        return cast("TransactionUnit", self.unit)

    @property
    def _async(self) -> AsyncTransactionUnit:
        return cast("AsyncTransactionUnit", self.unit)

    def _report(self) -> None:
        for trouble in self.unit.troubles:
            log_warning("atomic group `%s`: %s", self.group, trouble)
