"""What a check found, as values."""

import attrs

from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.text_report import render
from hbia_dsl.errors import CheckError, WiringError
from hbia_dsl.wiring.binding import Binding


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


@attrs.frozen
class CheckReport:
    """The account of one check."""

    tool: str
    """The type checker and its version; empty if none was run."""
    flows: tuple[FoundFlow, ...]
    findings: tuple[Finding, ...]
    failures: tuple[Diagnostic, ...]
    """Why not everything was checked."""
    not_proven: tuple[NotProven, ...]

    @property
    def exit_code(self) -> int:
        """0 if all is well, 1 for problems, 2 if something could not be checked."""
        if self.failures:
            return 2
        return 1 if self.findings else 0

    @property
    def vertex_count(self) -> int:
        """How many vertices the checked flows have."""
        return sum(len(found.wired.vertices) for found in self.flows)

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
            count = f"{len(self.findings)} problem{'' if len(self.findings) == 1 else 's'}"
            raise WiringError(
                f"{self.tool} refuses flows: {count}", [f.diagnostic for f in self.findings]
            )
