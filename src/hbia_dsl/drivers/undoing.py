"""What is done, and in which order, about atomic groups that did not come to their end.

A generator without IO: it asks its driver for one thing after the other, and is told how
it ended. So the order, the retries and the account of them are the same in every mode.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Final

import attrs

from hbia_dsl.kernel.group_kernel import GroupKernel, Settlement
from hbia_dsl.kernel.kernel import SUCCEEDED
from hbia_dsl.kernel.planned_group import COMPENSATE
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.settled_group import SettledGroup, Verdict

FIRST_PAUSE_S: Final = 0.1
"""How long is waited before a compensation is tried again, in seconds; doubles each time."""


@attrs.frozen(eq=False)
class Attempt:
    """One call that undoes something, and how long it may take."""

    name: str
    """What is undone, in a person's words: "the compensation of `book`"."""
    call: Callable[[], object]
    is_async: bool
    deadline: float | None
    """On the run's clock; None for a rollback, which the database ends."""

    def to_await(self, value: object) -> "Attempt":
        """Return the rest of an attempt that gave an awaitable though it is not `async def`."""
        return attrs.evolve(self, call=lambda: value, is_async=True)


@attrs.frozen
class Pause:
    """A time to wait before the next attempt, in seconds."""

    seconds: float


@attrs.frozen
class Ended:
    """How an attempt ended; of a pause nothing is said."""

    value: object = None
    error: Exception | None = None
    is_over: bool = False
    """Whether it must not be tried again: it ran out of time."""


Undoing = Generator[Attempt | Pause, Ended, None]


def undoing(run: RunState) -> Undoing:
    """Ask for everything that has to be undone; keep account in the run."""
    kernel = run.kernel
    if not isinstance(kernel, GroupKernel):
        return
    for settlement in kernel.undone_on_the_way:
        _note(run, settlement, Verdict.ROLLED_BACK)
    for settlement in kernel.settlements():
        group = settlement.group
        if settlement.is_left:
            _leave(run, kernel, settlement)
        elif group.on_failure == COMPENSATE:
            yield from _compensate(run, kernel, settlement)
        else:
            yield from _roll_back(run, kernel, settlement)


def _roll_back(run: RunState, kernel: GroupKernel, settlement: Settlement) -> Undoing:
    group = settlement.group
    steps = group.transaction
    if steps is None:
        kernel.undone(settlement)
        why = (
            "it has no transaction, so only the values of the flow are" if group.has_effects else ""
        )
        _note(run, settlement, Verdict.ROLLED_BACK, reason=why)
        return
    unit = run.slots[steps.slot]
    ended = yield Attempt(
        f"the rollback of group `{group.name}`",
        lambda: steps.roll_back(unit),
        steps.is_async,
        deadline=None,
    )
    if ended.error is not None:
        kernel.undone(settlement, kept=settlement.completed)
        _note(run, settlement, Verdict.STUCK, {group.name: ended.error})
    elif ended.value is False:
        kernel.was_over(settlement)
    else:
        kernel.undone(settlement)
        _note(run, settlement, Verdict.ROLLED_BACK)


def _compensate(run: RunState, kernel: GroupKernel, settlement: Settlement) -> Undoing:
    failures: dict[int, Exception] = {}
    kept: list[int] = []
    undo = settlement.group.undo
    for v in settlement.completed:
        if v not in undo:
            kept.append(v)
            continue
        error = yield from _compensate_one(run, settlement, v)
        if error is not None:
            failures[v] = error
            kept.append(v)
    kernel.undone(settlement, kept=kept)
    names = {run.vertices[v].name: error for v, error in failures.items()}
    undone = attrs.evolve(settlement, completed=[v for v in settlement.completed if v in undo])
    _note(run, undone, Verdict.STUCK if names else Verdict.COMPENSATED, names)


def _compensate_one(
    run: RunState, settlement: Settlement, v: int
) -> Generator[Attempt | Pause, Ended, Exception | None]:
    undo = settlement.group.undo[v]
    name = run.vertices[v].name
    slots = run.slots
    deadline = run.clock() + run.undo_timeout_s
    pause_s = FIRST_PAUSE_S
    for attempt in range(1, run.undo_attempts + 1):
        # The inputs are taken anew: what an attempt did to the mapping is its own affair.
        ended = yield Attempt(
            f"the compensation of `{name}`",
            lambda: undo.handler(undo.inputs(slots), _output(run, v)),
            undo.is_async,
            deadline,
        )
        if ended.error is None or ended.is_over:
            return ended.error
        if attempt == run.undo_attempts or run.clock() + pause_s >= deadline:
            return ended.error
        yield Pause(pause_s)
        pause_s *= 2
    return None


def _output(run: RunState, v: int) -> object:
    """Return what a member gave; of one that failed all the same, as it was given."""
    if run.kernel.states[v] == SUCCEEDED:
        return run.slots[run.vertices[v].slot]
    return run.returned[v]


def _leave(run: RunState, kernel: GroupKernel, settlement: Settlement) -> None:
    kernel.was_over(settlement)
    pivot = settlement.group.pivot
    why = 'its on_failure is "abort"'
    if settlement.is_past_pivot and pivot is not None:
        ended = "succeeded" if kernel.states[pivot] == SUCCEEDED else "returned before it failed"
        why = f"its pivot `{run.vertices[pivot].name}` had {ended}"
    _note(run, settlement, Verdict.LEFT, reason=why)


def _note(
    run: RunState,
    settlement: Settlement,
    verdict: Verdict,
    failures: dict[str, Exception] | None = None,
    *,
    reason: str = "",
) -> None:
    completed = _names(run, settlement.completed)
    run.settled.append(
        SettledGroup(settlement.group.name, verdict, completed, failures or {}, reason)
    )


def _names(run: RunState, members: Sequence[int]) -> tuple[str, ...]:
    return tuple(run.vertices[v].name for v in members)
