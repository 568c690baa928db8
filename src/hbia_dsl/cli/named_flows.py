"""The flows that a user named on the command line, or what is wrong with what he named."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from hbia_dsl.check.found_flow import FoundFlow

TARGET_HELP: Final = (
    "app.flows, app.flows:signup, app.flows:make_flow(), a package, a file or a folder"
)


def flows_named(targets: Sequence[str]) -> tuple[Sequence[FoundFlow], int]:
    """Return the flows, and an exit code for what was reported instead of some.

    The code is 0 if all were found, 1 if a flow cannot be built, and 2 if a target cannot be
    imported or has no flow.
    """
    from hbia_dsl.check.flow_finding import find_flows  # loaded where it is used
    from hbia_dsl.check.target_import import make_importable  # loaded where it is used
    from hbia_dsl.diagnostics.text_report import render_all  # loaded where it is used

    make_importable(os.getcwd())
    found = find_flows(targets)
    problems = [*found.failures, *found.broken]
    if problems:
        print(render_all(problems), file=sys.stderr)
    code = 2 if found.failures else 1 if found.broken else 0
    return found.flows, code
