"""One attempt of a group on an object of the user's own with async methods."""

from collections.abc import Awaitable, Sequence
from typing import Literal

from hbia_dsl.atomicity.own_unit import OwnObject, Turn
from hbia_dsl.atomicity.transaction import FailureKind, Outcome


class OwnAsyncUnit:
    """An `AsyncTransactionUnit` around an object; each method may be async or plain."""

    def __init__(self, given: object, turn: Turn | None) -> None:
        self._own = OwnObject(given, turn)

    @property
    def is_async(self) -> Literal[True]:
        """True: its `commit` is async."""
        return True

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        return self._own.outcome

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback`, `close` and `interrupt` raised."""
        return tuple(self._own.troubles)

    async def begin(self) -> None:
        """Call `begin`, if there is one."""
        self._own.take_turn()
        self._own.begun = True
        await self._call("begin")

    async def savepoint(self, name: str) -> None:
        """Call `savepoint`, if there is one."""
        await self._call("savepoint", name)

    async def rollback_to(self, name: str) -> None:
        """Call `rollback_to`, which must be there now."""
        await self._call(self._own.need("rollback_to"), name)

    async def enter_member(self, name: str) -> None:
        """Call `enter_member`, if there is one."""
        await self._call("enter_member", name)

    async def leave_member(self, *, succeeded: bool) -> None:
        """Call `leave_member`, if there is one."""
        await self._call("leave_member", succeeded)

    def resource(self, kind: object) -> object:
        """Return what the object has for an annotation."""
        return self._own.resource(kind)

    def interrupt(self) -> None:
        """Call `interrupt`, if there is one; it cannot be async."""
        try:
            self._own.call_here("interrupt")
        except Exception as error:  # noqa: BLE001 - of the user's code, and the run goes on ending
            self._own.troubles.append(error)

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means."""
        return self._own.failure_kind(error)

    async def commit(self) -> None:
        """Call `commit`."""
        try:
            await self._call("commit")
        except BaseException as error:
            self._own.note_commit_failure(error)
            raise
        self._own.outcome = "committed"

    async def rollback(self) -> None:
        """Call `rollback`; if it raises, nobody knows what stayed."""
        if self._own.begun and self._own.outcome == "open":
            self._own.outcome = "unknown"
            if await self._undo("rollback"):
                self._own.outcome = "rolled back"

    async def close(self) -> None:
        """Call `close`, if there is one."""
        if self._own.begun:
            try:
                await self.rollback()
                await self._undo("close")
            finally:
                self._own.begun = False
                self._own.end_turn()

    async def _call(self, name: str, *given: object) -> None:
        answer = self._own.call(name, *given)
        if isinstance(answer, Awaitable):
            await answer

    async def _undo(self, name: str) -> bool:
        try:
            await self._call(name)
        except Exception as error:  # noqa: BLE001 - of the user's code, and undoing goes on
            self._own.troubles.append(error)
            return False
        return True
