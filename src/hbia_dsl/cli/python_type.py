"""Types of a document as annotations."""

import types
import typing
from typing import Final

from hbia_dsl.typeforms.type_names import type_of_name

_BARE: Final[dict[type, str]] = {
    dict: "dict[str, object]",
    list: "list[object]",
    set: "set[object]",
    tuple: "tuple[object, ...]",
}
"""What stands for a container that says nothing of its elements."""


def annotation_of(text: str) -> str:
    """Return the annotation for a type of a document.

    Args:
        text: The type as the document has it: `list[int]`, `str?`.

    Example:
        >>> annotation_of("dict[str, list]?")
        'dict[str, list[object]] | None'
    """
    return _spelled(type_of_name(text))


def annotation_of_constant(value: object) -> str:
    """Return the annotation for a constant of a document."""
    if value is None:
        return "None"
    return _BARE.get(type(value), type(value).__name__)


def _spelled(form: object) -> str:
    if form is None or form is types.NoneType:
        return "None"
    if form is typing.Any:
        return "object"
    if form is ...:
        return "..."
    arguments = typing.get_args(form)
    origin = typing.get_origin(form)
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(map(_spelled, arguments))
    cls = origin or form
    if not isinstance(cls, type):
        return "object"
    if not arguments:
        return _BARE.get(cls, cls.__name__)
    return f"{cls.__name__}[{', '.join(map(_spelled, arguments))}]"
