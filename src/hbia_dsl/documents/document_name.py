"""Names that a document may give: to flows, vertices, outputs and groups."""

import re
import unicodedata
from typing import Final

LONGEST_NAME: Final = 100
"""Characters in a name, at the most."""
NAME_RULE: Final = "use letters, digits, `_`, and inside also `-` and spaces; no dots"
_NAME: Final = re.compile(r"\w(?:[\w -]*\w)?")


def is_name(text: str) -> bool:
    """Return whether a text can be a name: letters, digits, `_`, and inside `-` and spaces.

    A dot cannot be in one, because it divides the vertex from the output in a binding.
    """
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None


def normal_form(text: str) -> str:
    """Return a name as Python writes it (NFKC): the ligature "fi" becomes two letters.

    Python reads names in this form, so what is called by one in another form is never found.
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
