"""Why a value was refused: where inside it, what was expected, what was found.

Types only, never the value: a message may end up in a log, and the value may be a
secret. For the same reason an entry of a dict is named by its position and not by
its key; only keys that a TypedDict declares are named.
"""

import types

import attrs

from hbia_dsl.typeforms.type_display import display


@attrs.frozen
class Mismatch:
    """The first place where a value is not what its type says."""

    path: tuple[str, ...]
    """The way into the value, outermost first (`item 3`, `key "zip"`); empty for all of it."""
    expected: str
    """The declared type at that place."""
    found: str | None
    """The type that is there; None if a declared key is missing."""

    def __str__(self) -> str:
        fact = "missing" if self.found is None else f"expected {self.expected}, found {self.found}"
        return f"{', '.join(self.path)}: {fact}" if self.path else fact

    def under(self, part: str) -> "Mismatch":
        """Return the same mismatch seen from the container that holds the value."""
        return Mismatch((part, *self.path), self.expected, self.found)


def found_text(value: object, expected: str = "") -> str:
    """Name the type of a value, never the value.

    Args:
        value: What was found.
        expected: The declared type; if the short name reads the same, the module is added.
    """
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"type[{display(value)}]"
    found = type(value)
    name = display(found)
    if name == expected and found is not types.NoneType:
        return f"{found.__module__}.{name}"
    return name
