"""Names for test cases that are the same in every process."""

import re


def label(case: object) -> str:
    """Return a short text for a case: without addresses, and without the order of sets."""
    if isinstance(case, set | frozenset):
        case = sorted(map(str, case))
    return re.sub(r" at 0x[0-9a-f]+", "", ascii(case))[:50]
