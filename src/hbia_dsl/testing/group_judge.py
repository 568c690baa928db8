"""Runs the trials of a group in turn, and judges what the probe saw.

Blame is found by comparing neighbours: if nothing was left after a failure before the
third member, and something is left after one before the fourth, it is the third's.
"""

from collections.abc import Callable, Sequence

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.kernel.planned_group import COMPENSATE
from hbia_dsl.testing.failure_point import FailurePoint, Place
from hbia_dsl.testing.group_problems import (
    fails_by_itself,
    is_dependent,
    is_forgotten,
    is_not_idempotent,
    is_not_reset,
    is_outside,
    is_partial,
    sees_nothing,
    sees_others,
)
from hbia_dsl.testing.trial import Mode, Trial, is_same
from hbia_dsl.testing.trial_points import TriedGroup
from hbia_dsl.wiring.wired_flow import WiredVertex


class _Enough(Exception):  # noqa: N818 - not an error: the rest could not be judged
    """Ends the trials of a group."""


class GroupJudge:
    """The trials of one group, and what they brought to light."""

    def __init__(
        self,
        group: TriedGroup,
        run: Callable[[FailurePoint, Mode], Trial],
        *,
        can_reset: bool,
    ) -> None:
        self._group = group
        self._run = run
        self._can_reset = can_reset
        self._members = {member.name: member for member in group.members}
        self._problems: dict[tuple[str, str], Diagnostic] = {}
        self._first: Trial | None = None
        """The very first trial, whose state every `reset` has to bring back."""
        self._clean: set[str] = set()
        """Members that had succeeded in a trial of which nothing was left."""
        self.trials: list[Trial] = []

    @property
    def problems(self) -> Sequence[Diagnostic]:
        """What was found, each once."""
        return list(self._problems.values())

    def judge(self, modes: Sequence[Mode]) -> None:
        """Run all trials; stop where the rest could not be judged."""
        try:
            for mode in modes:
                if self._can_reset:
                    self._judge_successes(mode)
                self._judge_failures(mode)
            if not self._can_reset:  # a second whole run may not be possible
                whole = self._try(FailurePoint(Place.NOWHERE), modes[0])
                if not whole.has_changed:
                    self._stop(sees_nothing(self._group))
        except _Enough:
            return

    def _judge_successes(self, mode: Mode) -> None:
        whole, *others = self._group.points_of_success()
        first = self._try(whole, mode)
        if not first.has_changed:
            self._stop(sees_nothing(self._group))
        if not others:
            return
        # Times and generated ids differ from run to run; then nothing can be compared.
        is_repeatable = is_same(self._try(whole, mode).after, first.after)
        for point in others:
            trial = self._try(point, mode, may_fail=True)
            if trial.own_failures and not point.member:
                self._stop(fails_by_itself(self._group, trial))
            is_lost = is_same(trial.after, trial.before) or (
                is_repeatable and not is_same(trial.after, first.after)
            )
            if not point.member and is_lost:
                self._add(point.place.value, is_partial(self._group, trial, is_lost=True))
            elif point.member and (is_lost or trial.own_failures):
                member = self._members[point.member]
                self._add(member.name, is_not_idempotent(self._group, member, trial))

    def _judge_failures(self, mode: Mode) -> None:
        nothing, *points = self._group.points_of_failure()
        reference = self._try(nothing, mode)
        if not self._can_reset and reference.has_changed:
            self._stop(sees_others(self._group))
        before = reference
        left: list[Trial] = []
        failed: dict[str, Trial] = {}
        for point in points:
            trial = self._try(point, mode)
            if point.place is Place.BEFORE_MEMBER:
                failed[point.member] = trial
            for name in self._members.keys() & trial.undo_failures:
                self._add(name, is_forgotten(self._group, self._members[name], trial))
            if not self._is_left(trial, reference):
                self._clean.update(self._group.completed(point, mode))
            elif not self._is_like(trial, before):
                left.append(trial)
            before = trial
        for trial in left:  # not before it is known who leaves nothing
            self._blame(trial)
        for point in self._group.points_of_undoing(mode):
            self._judge_undoing(point, mode, failed[point.member], reference)

    def _judge_undoing(
        self, point: FailurePoint, mode: Mode, undisturbed: Trial, reference: Trial
    ) -> None:
        is_lasting = point.place is Place.UNDO_NEVER
        if not self._can_reset and (is_lasting or self._is_left(undisturbed, reference)):
            return  # what it leaves behind would stay for the next trial
        if undisturbed.undo_failures:
            return  # what fails anyhow is reported already
        trial = self._try(point, mode)
        member = self._members[point.undo_of]
        others = [n for n in trial.undo_failures if n in self._members and n != member.name]
        if is_lasting:
            for name in others:
                found = is_dependent(self._group, self._members[name], member, trial)
                self._add(name, found)
        elif trial.undo_failures or not self._is_like(trial, undisturbed):
            self._add(member.name, is_not_idempotent(self._group, member, trial))

    def _blame(self, trial: Trial) -> None:
        guilty = self._guilty(trial)
        if guilty is None:
            if not self._problems:
                self._add("", is_partial(self._group, trial))
        elif self._group.on_failure == COMPENSATE:
            self._add(guilty.name, is_forgotten(self._group, guilty, trial))
        else:
            self._add(guilty.name, is_outside(self._group, guilty, trial))

    def _guilty(self, trial: Trial) -> WiredVertex | None:
        """Return the member that leaves something, if it can only be that one."""
        if trial.point.place is Place.AFTER_MEMBER:
            return self._members[trial.point.member]
        done = self._group.completed(trial.point, trial.mode)
        if self._group.overlaps_in(trial.mode):
            suspects = [name for name in done if name not in self._clean]
            return self._members[suspects[0]] if len(suspects) == 1 else None
        # It had run in this trial, and not in the one before.
        return self._members[done[-1]] if done else None

    def _is_left(self, trial: Trial, reference: Trial) -> bool:
        """Return whether something of the group is left."""
        if self._can_reset:
            return not is_same(trial.after, reference.after)
        return trial.has_changed

    def _is_like(self, trial: Trial, other: Trial) -> bool:
        """Return whether two trials have left the same, as far as that can be told."""
        if self._can_reset:
            return is_same(trial.after, other.after)
        return trial.has_changed == other.has_changed

    def _try(self, point: FailurePoint, mode: Mode, *, may_fail: bool = False) -> Trial:
        trial = self._run(point, mode)
        self.trials.append(trial)
        self._first = self._first or trial
        if self._can_reset and not is_same(trial.before, self._first.before):
            self._stop(is_not_reset(self._group))
        if trial.own_failures and not may_fail:
            # After a first problem it may well be a consequence of that.
            self._stop(None if self._problems else fails_by_itself(self._group, trial))
        return trial

    def _add(self, subject: str, problem: Diagnostic) -> None:
        self._problems.setdefault((problem.code.number, subject), problem)

    def _stop(self, problem: Diagnostic | None) -> None:
        if problem is not None:
            self._add("", problem)
        raise _Enough
