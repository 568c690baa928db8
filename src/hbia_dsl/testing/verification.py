"""What a verification of atomic groups has found."""

from collections.abc import Sequence

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.text_report import render_all
from hbia_dsl.errors import VerificationError
from hbia_dsl.testing.trial import Trial


@attrs.frozen
class VerifiedGroup:
    """One group: the trials it went through, and what was found."""

    name: str
    on_failure: str
    trials: tuple[Trial, ...] = ()
    """In the order in which they ran."""
    problems: tuple[Diagnostic, ...] = ()
    skipped: str = ""
    """Why it was not tried; empty if it was."""

    def __str__(self) -> str:
        opening = f"group `{self.name}` ({self.on_failure})"
        if self.skipped:
            return f"{opening}: not tried, {self.skipped}"
        count = len(self.trials)
        runs = "1 run" if count == 1 else f"{count} runs"
        found = len(self.problems)
        end = "keeps its word" if not found else "1 problem" if found == 1 else f"{found} problems"
        return f"{opening}: {runs}, {end}"


@attrs.frozen
class Verification:
    """What became of each group; prints as a report."""

    flow: str
    groups: tuple[VerifiedGroup, ...]

    @property
    def problems(self) -> Sequence[Diagnostic]:
        """What is wrong, group by group; empty if every group keeps its word."""
        return [problem for group in self.groups for problem in group.problems]

    @property
    def ok(self) -> bool:
        """Whether every group keeps its word."""
        return not self.problems

    @property
    def trials(self) -> Sequence[Trial]:
        """Every run, with what the probe gave before and after it."""
        return [trial for group in self.groups for trial in group.trials]

    def report(self) -> str:
        """Return what was tried and what was found, as text."""
        lines = [f"flow `{self.flow}`", *(f"  {group}" for group in self.groups)]
        if self.problems:
            lines += ["", render_all(self.problems)]
        return "\n".join(lines)

    def require_ok(self) -> None:
        """Do nothing if every group keeps its word: the last line of a test.

        Raises:
            VerificationError: Something is wrong; it is also an `AssertionError`.
        """
        if self.problems:
            raise VerificationError(*self.problems)

    def __str__(self) -> str:
        return self.report()
