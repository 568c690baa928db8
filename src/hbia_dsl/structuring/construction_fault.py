"""Which field a class refused, when its own validators, converters or checks said no.

attrs runs validators one by one and stops at the first, and its error does not say
where. So after a refusal, and only then, the converters and validators are run again,
each by itself, and every one that fails is a problem with the path of its field.

The text that the author of the class wrote is worth showing. The data in it are not:
every value that was given is blotted out of it.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import attrs

from hbia_dsl.structuring.data_problem import DataProblem, field_step, kind_text
from hbia_dsl.structuring.declared_text import declared_text

_MOST_VALUES = 1_000
"""Data with more values than this are not searched for in a text; then only the class of
the error is told."""
_LONGEST_TEXT = 200
_OMITTED = "..."


def construction_problems(
    cls: type, values: Mapping[str, object], data: Mapping[str, object], error: Exception
) -> tuple[DataProblem, ...]:
    """Return what a class refused.

    Args:
        cls: The class.
        values: The arguments it was called with.
        data: What the arguments were read from.
        error: What the call raised.
    """
    problems = []
    if attrs.has(cls):
        problems = list(_field_problems(cls, values, data))
    if problems:
        return tuple(problems)
    text = author_text(error, [*data.values(), *values.values()])
    return (DataProblem("", f"refused by {declared_text(cls)}: {text}", declared_text(cls)),)


def _field_problems(
    cls: type, values: Mapping[str, object], data: Mapping[str, object]
) -> Iterator[DataProblem]:
    """Run converters and validators again, each by itself."""
    instance: object = object.__new__(cls)
    given = [*data.values(), *values.values()]
    set_up = []
    for attribute in attrs.fields(cls):
        alias = attribute.alias or attribute.name
        try:
            value = _initial_value(instance, attribute, values, alias)
        except Exception as error:  # noqa: BLE001 - a converter or factory of the class
            yield _problem("a converter", attribute, data, author_text(error, given))
            continue
        object.__setattr__(instance, attribute.name, value)
        set_up.append((attribute, value))
        if alias in values:  # a converter may have spelled the data in another way
            given.append(value)
    for attribute, value in set_up:
        try:
            if attribute.validator is not None:
                attribute.validator(instance, attribute, value)
        except Exception as error:  # noqa: BLE001 - a validator of the class
            yield _problem("a validator", attribute, data, author_text(error, given))


def _initial_value(
    instance: object,
    attribute: "attrs.Attribute[object]",
    values: Mapping[str, object],
    alias: str,
) -> object:
    # The classes behind `default` and `converter` have no useful types in the stubs of attrs.
    default = cast(Any, attribute.default)
    converter = cast(Any, attribute.converter)
    value: object
    if alias in values:
        value = values[alias]
    elif hasattr(default, "takes_self"):
        value = default.factory(instance) if default.takes_self else default.factory()
    else:
        value = default
    if converter is None:
        return value
    if hasattr(converter, "takes_self"):  # an attrs.Converter, which may ask for more
        extra = [instance] * converter.takes_self + [attribute] * converter.takes_field
        return cast(object, converter.converter(value, *extra))
    return cast(object, converter(value))


def _problem(
    culprit: str, attribute: "attrs.Attribute[object]", data: Mapping[str, object], text: str
) -> DataProblem:
    alias = attribute.alias or attribute.name
    expected = None if attribute.type is None else declared_text(attribute.type)
    found = kind_text(data[alias]) if alias in data else None
    return DataProblem(field_step(alias), f"refused by {culprit}: {text}", expected, found)


def author_text(error: Exception, given: object) -> str:
    """Return the text of an error that the user's own code raised, without the data.

    Args:
        error: What was raised.
        given: The data; every value in them is replaced where it occurs in the text.
    """
    name = type(error).__name__
    # attrs puts the text first and the value, among other things, behind it.
    text = error.args[0] if error.args and isinstance(error.args[0], str) else ""
    try:
        text = _blotted(text, list(itertools.islice(_leaves(given), _MOST_VALUES + 1)))
    except Exception:  # noqa: BLE001 - a value that cannot be spelled cannot be blotted out
        return name
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}{_OMITTED}"
    return f"{name}: {text}" if text else name


def _blotted(text: str, values: list[object]) -> str:
    if len(values) > _MOST_VALUES:
        return ""
    spellings = {spelling for value in values for spelling in (str(value), repr(value))}
    for spelling in sorted(spellings - {""}, key=lambda s: (-len(s), s)):
        # A word inside another word is not the value: `1` does not spoil `10`.
        before = r"(?<!\w)" if spelling[0].isalnum() else ""
        after = r"(?!\w)" if spelling[-1].isalnum() else ""
        pattern = f"{before}{re.escape(spelling)}{after}"
        text = re.sub(pattern, _OMITTED, text, flags=re.IGNORECASE)
    return " ".join(text.split())


def _leaves(data: object) -> Iterator[object]:
    """Yield the values in data, from whole containers inwards; None and bools give nothing away."""
    if data is None or isinstance(data, bool):
        return
    if isinstance(data, Mapping):
        yield data
        for key, value in data.items():
            yield from _leaves(key)
            yield from _leaves(value)
    elif isinstance(data, list | tuple | set | frozenset):
        yield data
        for value in data:
            yield from _leaves(value)
    else:
        yield data
