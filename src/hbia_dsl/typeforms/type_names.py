"""Types by their names in documents: `int`, `list[int]`, `str?`."""

from collections.abc import Mapping
from typing import Final

TYPE_BY_NAME: Final[Mapping[str, object]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "dict": dict,
    "list": list,
    "tuple": tuple,
    "set": set,
    "bytes": bytes,
    "none": None,
    "None": None,
}
"""The names that the original system knows."""


def type_of_name(name: str) -> object | None:
    """Return the type form of a name, or None if it is not one of the known names."""
    form = TYPE_BY_NAME.get(name.strip())
    return type(None) if form is None and name.strip() in TYPE_BY_NAME else form
