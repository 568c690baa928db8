"""Raises at one point of a run: stands around the members, compensations and steps of a group.

One injector serves all trials of a group: the plan is made once, and each trial says at
which point it is to raise.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import wraps
from threading import Condition
from typing import Final, cast

from hbia_dsl.drivers.pausing import pause_async
from hbia_dsl.testing.failure_point import FailurePoint, InjectedFailure, Place

Handler = Callable[..., object]

_WAIT_S: Final = 5.0
"""How long a member that is to fail waits for those that run beside it, at the most."""
_LOOK_S: Final = 0.001
"""How often a task looks whether they have ended."""


class FailureInjector:
    """Knows where the present run is to fail, and what has happened in it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._point = FailurePoint(Place.NOWHERE)
        self._beside: Collection[str] = ()
        self._ended: set[str] = set()
        self._calls: dict[str, int] = {}
        self.has_raised = False
        """Whether the failure was injected: its point was reached."""

    def aim(self, point: FailurePoint, beside: Collection[str] = ()) -> None:
        """Prepare for a run.

        Args:
            point: Where it is to fail.
            beside: Members that run at the same time as the failing one: it waits for their
                ends, so that the same members have succeeded in every run.
        """
        self._point = point
        self._beside = beside
        self._ended = set()
        self._calls = {}
        self.has_raised = False

    def around_member(self, name: str, handler: Handler, *, is_async: bool) -> Handler:
        """Return what stands for a member."""

        @wraps(handler)
        def call(*args: object, **named: object) -> object:
            if self._is_before(name):
                self._wait_for_others()
                self._fail_member()
            try:
                result = handler(*args, **named)
                self._after_member(name)
            finally:
                self._has_ended(name)
            return result

        @wraps(handler)
        async def call_async(*args: object, **named: object) -> object:
            if self._is_before(name):
                await self._wait_for_others_async()
                self._fail_member()
            try:
                result = await cast("Awaitable[object]", handler(*args, **named))
                self._after_member(name)
            finally:
                self._has_ended(name)
            return result

        return call_async if is_async else call

    def around_undo(self, name: str, undo: Handler, *, is_async: bool) -> Handler:
        """Return what stands for the compensation of a member."""

        @wraps(undo)
        def call(inputs: Mapping[str, object], output: object) -> None:
            self._before_undo(name)
            undo(inputs, output)
            self._after_undo(name)

        @wraps(undo)
        async def call_async(inputs: Mapping[str, object], output: object) -> None:
            self._before_undo(name)
            await cast("Awaitable[object]", undo(inputs, output))
            self._after_undo(name)

        return call_async if is_async else call

    def around_step(
        self, handler: Handler, before: Place, after: Place | None = None, *, is_async: bool
    ) -> Handler:
        """Return what stands for the step that begins or commits a group."""

        def call(group: object) -> object:
            self._at(before)
            result = handler(group)
            self._at(after)
            return result

        async def call_async(group: object) -> object:
            self._at(before)
            result = await cast("Awaitable[object]", handler(group))
            self._at(after)
            return result

        return call_async if is_async else call

    def _is_before(self, name: str) -> bool:
        point = self._point
        if point.place is Place.BEFORE_GROUP:
            return True
        if point.member != name or point.place is Place.AFTER_MEMBER:
            return False
        return not point.is_whole or (point.place is Place.RETRY_BEFORE and self._is_first(name))

    def _after_member(self, name: str) -> None:
        point = self._point
        if point.member == name and (
            point.place is Place.AFTER_MEMBER
            or (point.place is Place.RETRY_AFTER and self._is_first(name))
        ):
            self._fail()

    def _before_undo(self, name: str) -> None:
        point = self._point
        if point.undo_of == name and point.place is Place.UNDO_NEVER:
            self._fail()

    def _after_undo(self, name: str) -> None:
        point = self._point
        if point.undo_of == name and point.place is Place.UNDO_TWICE and self._is_first(name):
            self._fail()

    def _at(self, place: Place | None) -> None:
        if self._point.place is place:
            self._fail()

    def _is_first(self, name: str) -> bool:
        self._calls[name] = self._calls.get(name, 0) + 1
        return self._calls[name] == 1

    def _wait_for_others(self) -> None:
        with self._changed:
            self._changed.wait_for(self._is_alone, _WAIT_S)

    async def _wait_for_others_async(self) -> None:
        for _ in range(round(_WAIT_S / _LOOK_S)):
            if self._is_alone():
                return
            await pause_async(_LOOK_S)

    def _has_ended(self, name: str) -> None:
        with self._changed:
            self._ended.add(name)
            self._changed.notify_all()

    def _is_alone(self) -> bool:
        return self._ended.issuperset(self._beside)

    def _fail_member(self) -> None:
        if self._point.undo_of:  # the point is in the compensation that follows
            raise InjectedFailure(self._text())
        self._fail()

    def _fail(self) -> None:
        self.has_raised = True
        raise InjectedFailure(self._text())

    def _text(self) -> str:
        return f"a verification makes it fail: {self._point}"
