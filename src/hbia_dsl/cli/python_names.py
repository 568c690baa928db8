"""Names of a document as names of Python: valid, free, and as alike as possible."""

import keyword
import re
from collections.abc import Iterable
from typing import Final

_OURS: Final = ("All", "Final", "Flow", "Mapping", "attrs", "atomic", "vertex")
_TYPES: Final = (
    "bool",
    "bytes",
    "dict",
    "float",
    "int",
    "list",
    "object",
    "set",
    "str",
    "tuple",
)
# The last one is what each function of that module does until its reader fills it in.
WRITTEN: Final = frozenset({*_OURS, *_TYPES, "NotImplementedError"})
"""What the module that is written uses itself."""


class PythonNames:
    """Gives out names of one scope, each once.

    Args:
        taken: Names that are not free.
    """

    def __init__(self, taken: Iterable[str] = WRITTEN) -> None:
        self._given: set[str] = set(taken)

    def take(self, name: str, suffix: str = "") -> str:
        """Return a free name that resembles one of a document.

        Args:
            name: The name in the document.
            suffix: What to add if the name itself is not free: `_flow`.
        """
        wanted = identifier(name)
        found, number = wanted, 1
        while found in self._given:
            number += 1
            found = f"{wanted}{suffix or '_'}" if number == 2 else f"{wanted}{suffix}_{number}"
        self._given.add(found)
        return found

    def take_all(self, names: Iterable[str]) -> dict[str, str]:
        """Return free names for several; those that can stay as they are do so.

        Args:
            names: Names of the document, all different.
        """
        listed = list(names)
        stay = [n for n in listed if n == field(n) and n not in self._given]
        self._given.update(stay)
        found = dict(zip(stay, stay, strict=True))
        return {n: found[n] if n in found else self.take(field(n)) for n in listed}


def code_names(names: Iterable[str]) -> dict[str, str]:
    """Return what vertices or groups of a document are called in code.

    Identifiers stay as they are; the others become one that is not taken.

    Args:
        names: All names that must differ from each other.
    """
    listed = list(names)
    found = {name: name for name in listed if name.isidentifier()}
    for name in listed:
        if name not in found:
            wanted = called = identifier(name)
            number = 1
            while called in found.values():
                number += 1
                called = f"{wanted}_{number}"
            found[name] = called
    return found


def identifier(name: str) -> str:
    """Return a name as an identifier: `send mail` becomes `send_mail`, `class` `class_`."""
    found = re.sub(r"\W", "_", name)
    if not found.isidentifier():
        found = f"n{found}" if f"n{found}".isidentifier() else "unnamed"
    return f"{found}_" if keyword.iskeyword(found) else found


def field(name: str) -> str:
    """Return a name as that of a field of a class.

    Leading underscores mean something there, and so does `self`.
    """
    found = identifier(identifier(name).lstrip("_") or "n")
    return "self_" if found == "self" else found  # it would be a second `self` of `__init__`


def class_name(name: str, suffix: str) -> str:
    """Return a name as that of a class: `daily report` becomes `DailyReport` and the suffix."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    return identifier("".join(word[:1].upper() + word[1:] for word in words) + suffix)
