"""What a document calls the type of an annotation.

Documents know the types of plain data. A `NewType` is called what it is made of, a
`TypedDict` is a `dict`, and whatever documents have no word for, such as a class, is `any`.
"""

import types
import typing
from collections.abc import Iterable
from typing import Annotated, Final, Literal, NewType, Union

from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.type_names import TYPE_BY_NAME, type_of_name

ANY_TYPE: Final = "any"
"""The type that every value has."""

_ANNOTATED: Final = type(Annotated[int, ""])
_NAME_OF: Final = {form: name for name, form in TYPE_BY_NAME.items() if name != "None"}
_MOST_STEPS: Final = 12
"""How deep a type is looked into: deeper ones, and those without an end, are `any` inside."""


def type_text(form: object) -> str:
    """Return what a document calls the type of an annotation.

    Example:
        >>> type_text(dict[str, list[int] | None])
        'dict[str, list[int] | None]'
        >>> type_text(list[Exception])
        'list[any]'
    """
    shown = display(form)
    if type_of_name(shown) == (types.NoneType if form is None else form):
        return shown
    text = _text(form, _MOST_STEPS)
    return text if type_of_name(text) is not None else ANY_TYPE


def _text(form: object, steps: int) -> str:
    if form is None or form is types.NoneType:
        return "none"
    if steps == 0:
        return ANY_TYPE
    steps -= 1
    if isinstance(form, _ANNOTATED):
        return _text(typing.get_args(form)[0], steps)
    if isinstance(form, NewType):
        return _text(form.__supertype__, steps)
    if hasattr(form, "__value__"):  # an alias made with `type` or TypeAliasType
        return _text(form.__value__, steps)
    origin: object = typing.get_origin(form)
    arguments = typing.get_args(form)
    if origin in {Union, types.UnionType}:
        return _either(_text(argument, steps) for argument in arguments)
    if origin is Literal:
        return _either(_text(type(value), steps) for value in arguments)
    if origin in {list, set, dict, tuple}:
        inner = ("..." if a is ... else _text(a, steps) for a in arguments)
        name = _NAME_OF[origin]
        return f"{name}[{', '.join(inner)}]" if arguments else name
    if typing.is_typeddict(form) or typing.is_typeddict(origin):
        return "dict"
    return _NAME_OF.get(form, ANY_TYPE) if isinstance(form, type) else ANY_TYPE


def _either(texts: Iterable[str]) -> str:
    found = dict.fromkeys(texts)
    return ANY_TYPE if ANY_TYPE in found else " | ".join(found)
