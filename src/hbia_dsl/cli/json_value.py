"""Any value as JSON; what JSON cannot say is marked, never dropped."""

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import cattrs

MARK_TYPE: Final = "$type"
MARK_REPR: Final = "$repr"
"""The keys of a value that JSON cannot say: its type, and what `repr` makes of it."""

_LONGEST_REPR: Final = 1_000
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")


def json_value(value: object) -> object:
    """Return a value as dicts with text keys, lists, text, finite numbers, bools and None.

    Classes with fields become objects, and dates, paths and the like text, in the form in
    which `--data` reads them. Everything else becomes `{"$type": ..., "$repr": ...}`.

    Args:
        value: The value.
    """
    try:
        return _plain(_converter().unstructure(value))
    except Exception:  # noqa: BLE001 - the user's own hooks and properties, or a value inside itself
        return marked(value)


def marked(value: object) -> dict[str, object]:
    """Return the marked form of a value that JSON cannot say."""
    cls = type(value)
    return {MARK_TYPE: f"{cls.__module__}.{cls.__qualname__}", MARK_REPR: safe_repr(value)}


def safe_repr(value: object) -> str:
    """Return what `repr` makes of a value, without addresses and not too long."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a `__repr__` of the user's own
        return f"<repr raised {type(error).__name__}>"
    text = _ADDRESS.sub("", text)
    return text if len(text) <= _LONGEST_REPR else f"{text[:_LONGEST_REPR]}..."


@cache
def _converter() -> cattrs.Converter:
    from hbia_dsl.structuring.strict_converter import strict_converter  # loads cattrs

    converter = strict_converter()

    def write_set(value: set[object] | frozenset[object]) -> object:
        # In an order that is the same in every process, unlike that of the set.
        return sorted((converter.unstructure(part) for part in value), key=repr)

    converter.register_unstructure_hook_func(
        lambda form: isinstance(form, type) and issubclass(form, set | frozenset), write_set
    )
    return converter


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else marked(value)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _plain(part) for key, part in value.items()}
    return marked(value)
