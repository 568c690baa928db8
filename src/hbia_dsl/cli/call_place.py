"""Problems without the place of a call that no user wrote: the one of this command line."""

from typing import Final

import attrs

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_RUN_OPTION


def without_call(found: Diagnostic, help_: str | None = None) -> Diagnostic:
    """Return a problem for the command line.

    Args:
        found: What the library reports; its place may be that of our own call.
        help_: A way out on the command line, in the place of the one in code.
    """
    here = caller_location()
    if found.location is not None and here is not None and found.location.file == here.file:
        found = attrs.evolve(found, location=None)
    if found.code is BAD_RUN_OPTION:
        way = None if found.help is None else _as_flags(found.help)
        found = attrs.evolve(found, message=_as_flags(found.message), help=way)
    return found if help_ is None else attrs.evolve(found, help=help_)


_FLAGS: Final = {
    "`timeout_s`": "--timeout",
    "`max_workers`": "--max-workers",
    "`async_backend`": "--backend",
    "`on_error`": "--on-error",
    "`schedule`": "--schedule",
}
"""What options of a run are called on the command line."""


def _as_flags(text: str) -> str:
    for option, flag in _FLAGS.items():
        text = text.replace(option, flag)
    return text
