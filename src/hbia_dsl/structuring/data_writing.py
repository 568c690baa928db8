"""Typed values to untyped data, so that `structure` reads back what `unstructure` wrote.

A value is written by its own class and not by the class declared for it, so nothing of a
subclass is lost. Whether it can be read again is another matter: data do not say which
subclass they were.
"""

import dataclasses
import decimal
import enum
import fractions
import pathlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping

import attrs
import cattrs

from hbia_dsl.structuring.text_forms import TEXT_FORMS

_AS_LISTS = (tuple, set, frozenset, deque)


def register_writers(converter: cattrs.Converter) -> None:
    """Give a converter the hooks that write what the strict hooks read.

    Args:
        converter: The converter; its `unstructure` then gives mappings with text keys,
            lists, text, numbers, bools and None for every value that data can give.
    """

    def write_object(value: object) -> object:
        return {key: converter.unstructure(part) for key, part in _parts(value)}

    def write_mapping(value: Mapping[object, object]) -> object:
        write = converter.unstructure
        return {write(key): write(part) for key, part in value.items()}

    def write_list(value: list[object]) -> object:
        return [converter.unstructure(part) for part in value]

    def write_member(value: enum.Enum) -> object:
        return converter.unstructure(value.value)

    hook = converter.register_unstructure_hook_func
    hook(_is_class(pathlib.PurePath, complex, decimal.Decimal, fractions.Fraction), str)
    hook(_is_class(dict), write_mapping)
    hook(_is_class(list, *_AS_LISTS), write_list)
    for form in TEXT_FORMS:
        converter.register_unstructure_hook(form.cls, form.write)
    hook(lambda cls: attrs.has(cls) or dataclasses.is_dataclass(cls), write_object)
    hook(_is_class(enum.Enum), write_member)
    converter.register_unstructure_hook(str, _plain_text)


def _plain_text(value: str) -> object:
    """Return text as it is; a member of an Enum that is text too gives its value."""
    return value.value if isinstance(value, enum.Enum) else value


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """Yield the fields of an object, under the names that its constructor takes."""
    cls = type(value)
    if attrs.has(cls):
        for attribute in attrs.fields(cls):
            if attribute.init:
                yield attribute.alias or attribute.name, getattr(value, attribute.name)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.init:
                yield field.name, getattr(value, field.name)


def _is_class(*bases: type) -> Callable[[object], bool]:
    def is_one(form: object) -> bool:
        return isinstance(form, type) and issubclass(form, bases)

    return is_one
