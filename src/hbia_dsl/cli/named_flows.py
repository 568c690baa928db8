"""The flows that a user named on the command line, or what is wrong with what was named."""

import os
from collections.abc import Sequence
from typing import Final

from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.cli.command_failure import PROBLEMS, USAGE, CommandFailure
from hbia_dsl.cli.separate_output import results_alone

FLOW_TARGETS: Final = (
    "app.flows, app.flows:signup, app.flows:make_flow(), a package, a file or a folder"
)
"""What may be named, for the help of a command."""


def flows_named(targets: Sequence[str]) -> Sequence[FoundFlow]:
    """Return the flows.

    Raises:
        CommandFailure: A flow cannot be built (exit code 1), or a target cannot be imported
            or has no flow (exit code 2).
    """
    from hbia_dsl.check.flow_finding import find_flows  # loaded where it is used
    from hbia_dsl.check.target_import import make_importable  # loaded where it is used
    from hbia_dsl.diagnostics.text_report import render_all  # loaded where it is used

    make_importable(os.getcwd())
    with results_alone(is_wanted=True):  # what modules print, and programs that they start
        found = find_flows(targets)
    problems = [*found.failures, *found.broken]
    if problems:
        code = USAGE if found.failures else PROBLEMS
        raise CommandFailure(render_all(problems), exit_code=code, is_report=True)
    return found.flows
