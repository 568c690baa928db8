"""Calls, signatures and constants, laid out as a formatter would lay them out."""

import json
from collections.abc import Sequence
from typing import Final

from hbia_dsl.drawing.card_size import columns

LONGEST_LINE: Final = 88
"""What formatters allow unless told otherwise."""


def laid_out(
    opening: str, parts: Sequence[str], closing: str = "", *, indent: int = 0
) -> list[str]:
    """Return the lines of a call or a signature.

    Args:
        opening: What is before the bracket: `@vertex`.
        parts: What is inside; a part may have several lines itself.
        closing: What follows the bracket: ` -> int:`.
        indent: How far it will be indented.
    """
    whole = f"{opening}({', '.join(parts)}){closing}"
    if columns(whole) + indent <= LONGEST_LINE and "\n" not in whole:
        return [whole]
    lines = [f"{opening}("]
    for part in parts:
        lines += [f"    {line}" for line in f"{part},".split("\n")]
    return [*lines, f"){closing}"]


def laid_out_dict(prefix: str, entries: Sequence[tuple[str, str | list[str]]], indent: int) -> str:
    """Return a dict with its entries on one line, or one a line.

    Args:
        prefix: What is before it: `inputs=`.
        entries: Keys and values as source text; a list of texts is a list there, too.
        indent: How far it will be indented.
    """
    parts = [f"{key}: {_value(value)}" for key, value in entries]
    whole = f"{prefix}{{{', '.join(parts)}}}"
    if columns(whole) + indent + 1 <= LONGEST_LINE:
        return whole
    room = LONGEST_LINE - indent - 5
    inside = "".join(
        f"    {part if columns(part) <= room else f'{key}: {_value(value, is_long=True)}'},\n"
        for part, (key, value) in zip(parts, entries, strict=True)
    )
    return f"{prefix}{{\n{inside}}}"


def _value(value: str | list[str], *, is_long: bool = False) -> str:
    """Return an entry of a dict, which is indented by four."""
    if isinstance(value, str):
        return value
    if not is_long:
        return f"[{', '.join(value)}]"
    return "[\n" + "".join(f"        {part},\n" for part in value) + "    ]"


def source_of(value: object, room: int = 10_000) -> str:
    """Return a constant of a document as source.

    Args:
        value: Text, a number, a truth value, None, or a list or dict of these.
        room: How many characters a line has for it.
    """
    if isinstance(value, str):
        text = repr(value)
        if value.isprintable():
            saves_escapes = '"' in value and "'" not in value
            return text if saves_escapes else json.dumps(value, ensure_ascii=False)
        # JSON writes some characters as two halves, which Python does not join.
        return text if '"' in text else f'"{text[1:-1]}"'
    if isinstance(value, float):
        return repr(value).replace("e+", "e")
    if not isinstance(value, list | dict) or not value:
        return repr(value)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    whole = f"{opening}{', '.join(_entries(value, 10_000))}{closing}"
    if columns(whole) <= room:
        return whole
    lines = [
        f"    {line}"
        for part in _entries(value, LONGEST_LINE - 5)
        for line in f"{part},".split("\n")
    ]
    return "\n".join([opening, *lines, closing])


def _entries(value: list[object] | dict[object, object], room: int) -> list[str]:
    if isinstance(value, list):
        return [source_of(part, room) for part in value]
    keys = {source_of(key): part for key, part in value.items()}
    return [f"{key}: {source_of(part, room - columns(key) - 2)}" for key, part in keys.items()]
