"""Every setting: its default, what it may be, and how it is read from text."""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

_MOST_DIGITS: Final = 18
"""Longer texts are no sensible count, and Python refuses to read very long ones."""


@attrs.frozen
class SettingField:
    """One setting."""

    default: object
    wanted: str
    """What it may be, for a message."""
    parse: Callable[[str], object]
    """Reads the text of an environment variable; what it cannot read it returns as None."""
    accepts: Callable[[object], bool]
    """Whether a value can be that of the setting."""


def is_worker_count(value: object) -> bool:
    """Return whether a value can be a number of workers: a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _parse_flag(text: str) -> object:
    word = text.strip().casefold()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    return None


def _parse_count(text: str) -> object:
    digits = text.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if is_number else None


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


_FLAG: Final = SettingField(
    default=False, wanted="true or false", parse=_parse_flag, accepts=_is_flag
)

FIELDS: Final[Mapping[str, SettingField]] = {
    "PARALLEL_ENABLED": _FLAG,
    "ASYNC_ENABLED": _FLAG,
    "CACHE_ENABLED": _FLAG,
    "MAX_WORKERS": SettingField(4, "a whole number of at least 1", _parse_count, is_worker_count),
    "CACHE_DIR": SettingField(".hbia_cache", "the path of a folder", str, _is_path),
}
"""Every setting by name."""
