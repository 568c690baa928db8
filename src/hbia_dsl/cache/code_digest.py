"""The digest of one part of a fingerprint, and values whose text says all about them."""

from hashlib import blake2b
from types import EllipsisType, NoneType, NotImplementedType
from typing import Final

DIGEST_BYTES: Final = 16
"""Length of every digest of a fingerprint; 128 bits cannot meet by chance."""

ATOMS: Final[frozenset[type]] = frozenset(
    {
        NoneType,
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        EllipsisType,
        NotImplementedType,
    }
)
"""Types whose `repr` differs for any two values that a program can tell apart.

Exactly these types, not their subclasses. They cannot be changed and hold no other object.
"""


def digest_of(text: str) -> bytes:
    """Return the digest of a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def atom_text(value: object) -> str:
    """Return the text of a value of one of the types in `ATOMS`."""
    try:
        return repr(value)
    except ValueError:  # Python refuses to write an enormous int in decimal
        return hex(value) if isinstance(value, int) else type(value).__name__


def atoms_text(values: list[object] | tuple[object, ...] | dict[object, object]) -> str:
    """Return the text of several such values at once, which is much quicker."""
    try:
        return repr(values)
    except ValueError:
        items = values.items() if isinstance(values, dict) else values
        return f"{type(values).__name__}[{', '.join(map(_part_text, items))}]"


def _part_text(part: object) -> str:
    if isinstance(part, tuple):
        return f"({', '.join(map(_part_text, part))})"
    return atom_text(part)
