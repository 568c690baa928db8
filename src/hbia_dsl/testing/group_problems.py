"""What a verification may have to say about a group, each as a diagnostic."""

from collections.abc import Mapping

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    DEPENDENT_COMPENSATION,
    FORGOTTEN_COMPENSATION,
    NOT_ALL_OR_NOTHING,
    NOT_IDEMPOTENT,
    OUTSIDE_TRANSACTION,
    UNVERIFIABLE,
)
from hbia_dsl.diagnostics.location import Location, location_of
from hbia_dsl.testing.failure_point import FailurePoint, Place
from hbia_dsl.testing.trial import Trial
from hbia_dsl.testing.trial_points import TriedGroup
from hbia_dsl.wiring.wired_flow import WiredVertex


def fails_by_itself(group: TriedGroup, trial: Trial) -> Diagnostic:
    """Describe a run that did not get as far as the injected failure."""
    name, error = next(iter(trial.own_failures.items()))
    return Diagnostic(
        UNVERIFIABLE,
        f"group `{group.name}` cannot be verified: `{name}` raised {type(error).__name__} "
        "without having been made to",
        location=_place_of(group, name),
        notes=(_seen(trial),),
        help="verify with inputs and a state in which the flow succeeds; `reset` can bring "
        "that state back before each run",
    )


def sees_nothing(group: TriedGroup) -> Diagnostic:
    """Describe a probe that is blind to what a group does."""
    return Diagnostic(
        UNVERIFIABLE,
        f"group `{group.name}` cannot be verified: after a run that succeeded the probe gives "
        "what it gave before",
        location=_place_of(group, group.members[-1].name),
        help="let the probe return what the group changes: a count, rows, or a copy of a dict",
    )


def is_not_reset(group: TriedGroup) -> Diagnostic:
    """Describe a reset after which the probe gives another value than before."""
    return Diagnostic(
        UNVERIFIABLE,
        f"group `{group.name}` cannot be verified: after `reset` the probe does not give what "
        "it gave first",
        help="let `reset` bring back all that the probe looks at",
    )


def sees_others(group: TriedGroup) -> Diagnostic:
    """Describe a probe that sees what runs before a group, and no reset to begin again."""
    return Diagnostic(
        UNVERIFIABLE,
        f"group `{group.name}` cannot be verified: what runs before it changes what the probe "
        "gives",
        help="let the probe look at the work of the group only, or give a `reset`",
    )


def is_partial(group: TriedGroup, trial: Trial, *, is_lost: bool = False) -> Diagnostic:
    """Describe a group of which something is left, or something is missing."""
    what = "not all of its work is there" if is_lost else "something of it is left"
    return Diagnostic(
        NOT_ALL_OR_NOTHING,
        f"group `{group.name}` is not all or nothing: {what} after a failure {_where(trial.point)}",
        location=_place_of(group, trial.point.member or group.members[0].name),
        notes=(_seen(trial),),
        help="have every member work through the connection of its group, and a transaction "
        "of your own take back and keep everything at once",
    )


def is_outside(group: TriedGroup, member: WiredVertex, trial: Trial) -> Diagnostic:
    """Describe a member whose work a rollback does not reach."""
    if group.is_transaction:
        text = f"`{member.name}` does something outside of the transaction of `{group.name}`"
        way = (
            "work through the connection that the group gives, or do it in a vertex after "
            'the group, or declare the group with on_failure="compensate"'
        )
    else:
        text = f"group `{group.name}` has no transaction that would take back `{member.name}`"
        way = (
            "attach one with flow.options(transactions=...), or declare the group with "
            'on_failure="compensate"'
        )
    return Diagnostic(
        OUTSIDE_TRANSACTION,
        text,
        location=location_of(member.handler),
        notes=(_seen(trial),),
        help=way,
    )


def is_forgotten(group: TriedGroup, member: WiredVertex, trial: Trial) -> Diagnostic:
    """Describe a member of which something is left after the group was compensated."""
    name = member.name
    undo = member.atomic.compensate if member.atomic is not None else None
    error = trial.undo_failures.get(name)
    if callable(undo):
        end = "leaves something behind" if error is None else f"raises {type(error).__name__}"
        text = f"the compensation of `{name}` in group `{group.name}` {end}"
        way = f"let it take back all that `{name}` does"
    else:
        text = f"nothing takes back what `{name}` does in group `{group.name}`"
        way = "give it compensate=undo"
    return Diagnostic(
        FORGOTTEN_COMPENSATION,
        text,
        location=location_of(undo if callable(undo) else member.handler),
        notes=(_seen(trial),),
        help=way,
    )


def is_not_idempotent(group: TriedGroup, member: WiredVertex, trial: Trial) -> Diagnostic:
    """Describe a compensation, or a retriable member, that may not run twice."""
    undo = member.atomic.compensate if member.atomic is not None else None
    is_undo = bool(trial.point.undo_of) and callable(undo)
    what = "the compensation of " if is_undo else "retriable "
    failures: Mapping[str, Exception] = trial.undo_failures if is_undo else trial.own_failures
    error = failures.get(member.name)
    end = "leaves another state" if error is None else f"raises {type(error).__name__}"
    return Diagnostic(
        NOT_IDEMPOTENT,
        f"{what}`{member.name}` of group `{group.name}` {end} when it is run a second time",
        location=location_of(undo if is_undo and callable(undo) else member.handler),
        notes=(_seen(trial),),
        help="let it first look whether its work is done already, or use a key that the "
        "other side honours",
    )


def is_dependent(
    group: TriedGroup, member: WiredVertex, undone: WiredVertex, trial: Trial
) -> Diagnostic:
    """Describe a compensation that fails because another one did."""
    error = trial.undo_failures[member.name]
    undo = member.atomic.compensate if member.atomic is not None else None
    return Diagnostic(
        DEPENDENT_COMPENSATION,
        f"the compensation of `{member.name}` in group `{group.name}` raises "
        f"{type(error).__name__} if that of `{undone.name}` has failed",
        location=location_of(undo if callable(undo) else member.handler),
        notes=(_seen(trial),),
        help="let each compensation do its own part whatever became of the others",
    )


def _seen(trial: Trial) -> str:
    point = trial.point
    if point.place is Place.NOWHERE:
        return f"seen in a {trial.mode} run without an injected failure"
    return f"seen in a {trial.mode} run that was made to fail {point}"


def _where(point: FailurePoint) -> str:
    return f"before `{point.member}`" if point.undo_of else str(point)


def _place_of(group: TriedGroup, name: str) -> Location | None:
    for member in group.members:
        if member.name == name:
            return location_of(member.handler)
    return None
