"""The error for a value that a run does not have."""

from collections.abc import Iterable

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNKNOWN_RESULT
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import ResultError


def missing_value(
    message: str, name: str, known: Iterable[str], otherwise: str | None = None
) -> ResultError:
    """Describe a value that is not there.

    Args:
        message: What is wrong.
        name: What was asked for.
        known: Names that could have been meant.
        otherwise: The way out if none of them is near.
    """
    help_ = did_you_mean(name, known) or otherwise
    return ResultError(Diagnostic(UNKNOWN_RESULT, message, location=caller_location(), help=help_))
