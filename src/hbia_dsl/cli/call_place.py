"""Problems without the place of a call that no user wrote: the one of this command line."""

import attrs

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic


def without_call(found: Diagnostic, help_: str | None = None) -> Diagnostic:
    """Return a problem for the command line.

    Args:
        found: What the library reports; its place may be that of our own call.
        help_: A way out on the command line, in the place of the one in code.
    """
    here = caller_location()
    if found.location is not None and here is not None and found.location.file == here.file:
        found = attrs.evolve(found, location=None)
    return found if help_ is None else attrs.evolve(found, help=help_)
