"""Text made safe for XML and HTML, whatever is in it."""

import re
from typing import Final

_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold, even escaped: control characters and halves of pairs."""
_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
}
_SPECIAL: Final = re.compile("[&<>\"']")


def escaped(text: str) -> str:
    """Return a text that stands for itself between tags and inside quoted attributes."""
    if text.isascii() and text.isprintable() and not _SPECIAL.search(text):
        return text
    return _SPECIAL.sub(lambda m: _ESCAPES[m[0]], writable(text))


def writable(text: str) -> str:
    """Return a text without what cannot be written down; a question mark stands for it."""
    return _UNWRITABLE.sub("\ufffd", text)
