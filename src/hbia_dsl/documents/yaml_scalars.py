"""Texts and constants as YAML that any reader takes for what they are.

A text is written plain if nothing but text can be meant, else in double quotes: `"2.0"`,
`"yes"` and `"null"` stay text. What YAML cannot carry is refused.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

MOST_LEVELS: Final = 30
"""Lists and dicts that a constant may have inside each other: deeper documents are not read."""

_NAME: Final = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)*")
"""Names and dotted paths: plain wherever they stand."""

_TYPE: Final = re.compile(r"[^\W\d](?:[\w\[\],. |?]*[\w\]?])?")
"""Types: plain as a value on a line of their own."""

_NOT_TEXT: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that some version of YAML takes for something other than text, in any case."""

_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class UnwritableValueError(Exception):
    """A value that a document cannot hold; `args[0]` is what it is, as a noun."""


def scalar(text: str) -> str:
    """Return a text as YAML for any place, also for a key or inside a list.

    Raises:
        UnwritableValueError: It has a lone surrogate, which is no character.
    """
    return text if _is_plain(_NAME, text) else quoted(text)


def type_scalar(text: str) -> str:
    """Return the text of a type or binding as YAML for a value on a line of its own.

    Raises:
        UnwritableValueError: As `scalar`.
    """
    return text if _is_plain(_TYPE, text) else scalar(text)


def quoted(text: str) -> str:
    """Return a text in double quotes.

    Raises:
        UnwritableValueError: As `scalar`.
    """
    return f'"{"".join(map(_character, text))}"'


def flow_list(texts: "list[str] | tuple[str, ...]") -> str:
    """Return names as a list on one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def constant(value: object, levels: int = 0) -> str:
    """Return a constant as YAML on one line.

    Raises:
        UnwritableValueError: It is not text, a number, a truth value, None, or a list or
            dict of these, or it is nested too deeply.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) is str:
        return scalar(value)
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return _number(value)
    if levels == MOST_LEVELS:
        raise UnwritableValueError(f"more than {MOST_LEVELS} lists and dicts inside each other")
    if type(value) is list:
        return f"[{', '.join(constant(item, levels + 1) for item in value)}]"
    if isinstance(value, Mapping):
        entries = (f"{_key(key)}: {constant(item, levels + 1)}" for key, item in value.items())
        return f"{{{', '.join(entries)}}}"
    raise UnwritableValueError(f"a value of type {type(value).__name__}")


def _is_plain(form: re.Pattern[str], text: str) -> bool:
    return form.fullmatch(text) is not None and text.casefold() not in _NOT_TEXT


def _key(key: object) -> str:
    if type(key) is not str:
        raise UnwritableValueError(f"a dict with a key of type {type(key).__name__}")
    return scalar(key)


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise UnwritableValueError("a number that is not finite")
    text = repr(value)
    # To YAML 1.1, 1e+20 is text: a number needs its dot.
    return text if "." in text or "e" not in text else text.replace("e", ".0e", 1)


def _character(character: str) -> str:
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return short
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        raise UnwritableValueError("a text with a lone surrogate")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
