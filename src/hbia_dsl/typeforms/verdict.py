"""The three answers to a question about types, and how answers combine.

Run-time objects do not show everything that a type checker sees, so besides yes and no
there is "cannot tell". Keeping it apart is what lets the other two be relied on.
"""

import enum
from typing import Final


class Verdict(enum.Enum):
    """An answer of the judgement of types."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Run-time objects do not show enough; a type checker may still know."""


# Names of their own, because looking a member up on an Enum class is slow in hot code.
YES: Final = Verdict.YES
NO: Final = Verdict.NO
UNKNOWN: Final = Verdict.UNKNOWN


def both(first: Verdict, second: Verdict) -> Verdict:
    """Combine two answers that must both be yes."""
    if first is NO or second is NO:
        return NO
    return UNKNOWN if first is UNKNOWN or second is UNKNOWN else YES
