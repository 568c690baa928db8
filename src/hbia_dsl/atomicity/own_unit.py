"""One attempt of a group on an object of the user's own."""

import threading
from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutine
from typing import Final, Literal, cast

from hbia_dsl.atomicity.failure_reading import read_failure
from hbia_dsl.atomicity.refusal import unawaited, unfit
from hbia_dsl.atomicity.transaction import FailureKind, Outcome
from hbia_dsl.diagnostics.unawaited import discard
from hbia_dsl.errors import AtomicCommitUnknownError

_KINDS: Final = frozenset({"conflict", "lost", "other"})


class Turn:
    """Whose turn it is with an object that serves one group at a time."""

    def __init__(self) -> None:
        self._taken = threading.Lock()

    def take(self) -> bool:
        """Take it if nobody has it; return whether that worked."""
        return self._taken.acquire(blocking=False)

    def end(self) -> None:
        """Let the next one have it."""
        self._taken.release()


class OwnObject:
    """The user's object, asked for the methods that it has; the others do nothing.

    Args:
        given: The object.
        turn: Held from `begin` to `close` if it serves one group at a time.
    """

    def __init__(self, given: object, turn: Turn | None) -> None:
        self._given = given
        self._turn = turn
        self._has_turn = False
        self.outcome: Outcome = "open"
        self.begun = False
        self.troubles: list[Exception] = []

    def take_turn(self) -> None:
        """Refuse to serve two groups at once."""
        if self._turn is not None:
            self._has_turn = self._turn.take()
            if not self._has_turn:
                raise unfit(
                    f"a {type(self._given).__name__} serves another group at the moment",
                    "attach a class or a function that makes one for each attempt of a group",
                    "one object for several runs at once would mix their work",
                )

    def end_turn(self) -> None:
        """Let the next group have it."""
        if self._turn is not None and self._has_turn:
            self._has_turn = False
            self._turn.end()

    def method(self, name: str) -> Callable[..., object] | None:
        """Return a method of the object, None if it has none of that name."""
        found: object = getattr(self._given, name, None)
        return found if callable(found) else None

    def call(self, name: str, *given: object) -> object:
        """Call a method if there is one; what an async one returns is to be awaited."""
        method = self.method(name)
        return None if method is None else method(*given)

    def call_here(self, name: str, *given: object) -> object:
        """Call a method if there is one, where nothing can be awaited.

        Raises:
            AtomicSetupError: It returned an awaitable, so it has done nothing yet.
        """
        answer = self.call(name, *given)
        if not isinstance(answer, Awaitable):
            return answer
        discard(answer)
        raise unawaited(type(self._given).__name__, name)

    def need(self, name: str) -> str:
        """Return the name of a method that must be there."""
        if self.method(name) is None:
            raise unfit(
                f"a {type(self._given).__name__} has no `{name}`, and the group needs it",
                f"write a method `{name}`",
            )
        return name

    def resource(self, kind: object) -> object:
        """Return what the object has for an annotation."""
        found = self.call(self.need("resource"), kind)
        if iscoroutine(found):
            discard(found)
            raise unfit(
                f"`resource` of a {type(self._given).__name__} is async, and is never awaited",
                "make it a plain method, and connect in `begin`",
            )
        return found

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Ask the object what a failure means; if it does not know, read the codes."""
        told = self.call("failure_kind", error)
        discard(told)
        return cast(FailureKind, told) if told in _KINDS else read_failure(error)

    def note_commit_failure(self, error: BaseException) -> None:
        """Keep what is known after a `commit` that raised: by the protocol nothing was done."""
        interrupted = not isinstance(error, Exception)
        if interrupted or isinstance(error, AtomicCommitUnknownError):
            self.outcome = "unknown"


class OwnUnit:
    """A `TransactionUnit` around an object with plain methods."""

    def __init__(self, given: object, turn: Turn | None) -> None:
        self._own = OwnObject(given, turn)

    @property
    def is_async(self) -> Literal[False]:
        """False: its methods are plain."""
        return False

    @property
    def outcome(self) -> Outcome:
        """What became of the work so far."""
        return self._own.outcome

    @property
    def troubles(self) -> Sequence[Exception]:
        """What `rollback`, `close` and `interrupt` raised."""
        return tuple(self._own.troubles)

    def begin(self) -> None:
        """Call `begin`, if there is one."""
        self._own.take_turn()
        self._own.begun = True
        self._own.call_here("begin")

    def savepoint(self, name: str) -> None:
        """Call `savepoint`, if there is one."""
        self._own.call_here("savepoint", name)

    def rollback_to(self, name: str) -> None:
        """Call `rollback_to`, which must be there now."""
        self._own.call_here(self._own.need("rollback_to"), name)

    def enter_member(self, name: str) -> None:
        """Call `enter_member`, if there is one."""
        self._own.call_here("enter_member", name)

    def leave_member(self, *, succeeded: bool) -> None:
        """Call `leave_member`, if there is one."""
        self._own.call_here("leave_member", succeeded)

    def resource(self, kind: object) -> object:
        """Return what the object has for an annotation."""
        return self._own.resource(kind)

    def interrupt(self) -> None:
        """Call `interrupt`, if there is one."""
        self._undo("interrupt")

    def failure_kind(self, error: BaseException) -> FailureKind:
        """Say what a failure means."""
        return self._own.failure_kind(error)

    def commit(self) -> None:
        """Call `commit`."""
        try:
            self._own.call_here("commit")
        except BaseException as error:
            self._own.note_commit_failure(error)
            raise
        self._own.outcome = "committed"

    def rollback(self) -> None:
        """Call `rollback`; if it raises, nobody knows what stayed."""
        if self._own.begun and self._own.outcome == "open":
            self._own.outcome = "rolled back" if self._undo("rollback") else "unknown"

    def close(self) -> None:
        """Call `close`, if there is one."""
        if self._own.begun:
            self.rollback()
            self._undo("close")
            self._own.begun = False
            self._own.end_turn()

    def _undo(self, name: str) -> bool:
        try:
            self._own.call_here(name)
        except Exception as error:  # noqa: BLE001 - of the user's code, and undoing goes on
            self._own.troubles.append(error)
            return False
        return True
