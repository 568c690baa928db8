"""What a check found, as values and as a text."""

from collections.abc import Iterator
from typing import Literal

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.text_report import render, render_all
from hbia_dsl.errors import CheckError, WiringError
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.wiring.binding import Binding

Tool = Literal["mypy", "pyright"]
"""A type checker that can judge."""


@attrs.frozen
class Finding:
    """One problem of a flow, and the edge that it is about."""

    diagnostic: Diagnostic
    flow: str = ""
    """Empty for a flow that could not be built."""
    vertex: str = ""
    parameter: str = ""
    binding: Binding | None = None
    said: str = ""
    """The type checker's own words."""
    rule: str = ""
    """The type checker's own name for the rule."""


@attrs.frozen
class NotProven:
    """Something that no type checker has judged."""

    flow: str
    text: str
    """One sentence."""
    location: Location | None = None

    def __str__(self) -> str:
        place = "" if self.location is None else f" ({self.location.short()})"
        return f"{self.flow}: {self.text}{place}"


@attrs.frozen
class CheckReport:
    """The account of one check; as a text, what a person must read."""

    tool: str
    """The type checker and its version; empty if none was run."""
    flows: tuple[JudgedFlow, ...]
    findings: tuple[Finding, ...]
    failures: tuple[Diagnostic, ...]
    """Why not everything was checked."""
    not_proven: tuple[NotProven, ...]

    @property
    def ok(self) -> bool:
        """Whether everything could be judged and nothing was refused."""
        return not self.failures and not self.findings

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """All that is in the way of `ok`: why something was not checked, then what was found."""
        return (*self.failures, *(finding.diagnostic for finding in self.findings))

    @property
    def exit_code(self) -> int:
        """0 if all is well, 1 for problems, 2 if something could not be checked."""
        if self.failures:
            return 2
        return 1 if self.findings else 0

    @property
    def vertex_count(self) -> int:
        """How many vertices the checked flows have."""
        return sum(len(judged.wired.vertices) for judged in self.flows)

    @property
    def summary(self) -> str:
        """The whole report as one line."""
        flows = _counted(len(self.flows), "flow", "flows")
        counted = f"{flows}, {_counted(self.vertex_count, 'vertex', 'vertices')}"
        found = "no problems"
        if self.failures:
            found = "not everything could be checked"
        elif self.findings:
            found = _counted(len(self.findings), "problem", "problems")
        judged = f" (judged by {self.tool})" if self.tool else ""
        return f"{counted}: {found}{judged}"

    @property
    def findings_text(self) -> str:
        """What was found and what was not proven, for people, and the summary as the last line."""
        return "\n\n".join(self._parts())

    def __str__(self) -> str:
        failures = [render_all(self.failures)] if self.failures else []
        return "\n\n".join([*failures, self.findings_text])

    def _parts(self) -> Iterator[str]:
        for finding in self.findings:
            yield render(finding.diagnostic)
        if self.not_proven:
            yield "\n".join(["not proven:", *(f"  {item}" for item in self.not_proven)])
        yield self.summary

    def of_flow(self, name: str) -> tuple[Finding, ...]:
        """Return what was found in one flow."""
        return tuple(finding for finding in self.findings if finding.flow == name)

    def raise_problems(self) -> None:
        """Raise what was found, if anything was.

        Raises:
            CheckError: Something could not be checked.
            WiringError: There are problems; all of them at once.
        """
        if self.failures:
            error = CheckError(self.failures[0])
            for other in self.failures[1:]:
                error.add_note(render(other))
            raise error
        if self.findings:
            count = _counted(len(self.findings), "problem", "problems")
            raise WiringError(
                f"{self.tool} refuses flows: {count}", [f.diagnostic for f in self.findings]
            )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
