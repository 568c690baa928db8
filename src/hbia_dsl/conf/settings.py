"""Settings of the process: what a run does if the call does not say.

Each field is resolved on its own: call argument, then the `Settings` given to
`configure`, then the environment (`HBIA_*`), then the default. "Not given" is a value
of its own, never `False`, so an explicit `False` wins over the environment.
"""

import os
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_SETTING
from hbia_dsl.errors import SettingsError


@attrs.frozen
class Settings:
    """Explicit settings; a field that is left out is looked for in the environment.

    Raises:
        SettingsError: A field has a value that it cannot have.
    """

    PARALLEL_ENABLED: bool | NotGiven = NOT_GIVEN
    """Whether independent vertices run at once."""
    ASYNC_ENABLED: bool | NotGiven = NOT_GIVEN
    """Whether `run_flow` awaits handlers that are `async def`."""
    CACHE_ENABLED: bool | NotGiven = NOT_GIVEN
    """Whether unchanged pure vertices are skipped."""
    MAX_WORKERS: int | NotGiven = NOT_GIVEN
    """How many threads one run uses at the most; at least 1."""
    CACHE_DIR: str | NotGiven = NOT_GIVEN
    """Folder of the cache."""

    def __attrs_post_init__(self) -> None:
        for name, field in FIELDS.items():
            value = getattr(self, name)
            if value is not NOT_GIVEN and not field.accepts(value):
                raise SettingsError(_bad(f"setting {name}", field.wanted, _shown(value)))


@attrs.frozen
class _Field:
    """How one setting is read from text, and what it may be."""

    default: object
    wanted: str
    parse: Callable[[str], object]
    accepts: Callable[[object], bool]


def _parse_bool(text: str) -> object:
    word = text.strip().casefold()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    return None


def _parse_int(text: str) -> object:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def is_worker_count(value: object) -> bool:
    """Return whether a value can be a number of workers: a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


_FLAG: Final = _Field(default=False, wanted="true or false", parse=_parse_bool, accepts=_is_bool)

FIELDS: Final[Mapping[str, _Field]] = {
    "PARALLEL_ENABLED": _FLAG,
    "ASYNC_ENABLED": _FLAG,
    "CACHE_ENABLED": _FLAG,
    "MAX_WORKERS": _Field(4, "a whole number of at least 1", _parse_int, is_worker_count),
    "CACHE_DIR": _Field(".hbia_cache", "the path of a folder", str, _is_text),
}
"""Every setting, its default, and what it may be."""

_configured: Settings = Settings()


def configure(settings: Settings | None = None) -> None:
    """Install settings for the whole process; without an argument, forget earlier ones."""
    global _configured  # noqa: PLW0603 - process-wide is what this function is for
    _configured = Settings() if settings is None else settings


def resolve_flag(name: str, given: bool | NotGiven) -> bool:  # noqa: FBT001 - one of the sources
    """Resolve a setting that is true or false.

    Args:
        name: Its name in `Settings`.
        given: The call's argument.

    Raises:
        SettingsError: The environment holds something else.
    """
    return _resolve(name, given) is True


def resolve_worker_count(given: int | NotGiven) -> int:
    """Resolve how many threads one run uses at the most.

    Raises:
        SettingsError: The environment holds something else than a whole number above 0.
    """
    value = _resolve("MAX_WORKERS", given)
    assert isinstance(value, int)  # noqa: S101 - every source was checked
    return value


def _resolve(name: str, given: object) -> object:
    if given is not NOT_GIVEN:
        return given
    value: object = getattr(_configured, name)
    if value is not NOT_GIVEN:
        return value
    text = os.environ.get(f"HBIA_{name}")
    field = FIELDS[name]
    if text is None or text == "":
        return field.default
    value = field.parse(text)
    if not field.accepts(value):
        raise SettingsError(_bad(f"environment variable HBIA_{name}", field.wanted, repr(text)))
    return value


def _shown(value: object) -> str:
    # A setting is not a secret, and the report is useless without it.
    return repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__


def _bad(what: str, wanted: str, found: str) -> Diagnostic:
    return Diagnostic(
        BAD_SETTING, f"{what} must be {wanted}, not {found}", help=f"set it to {wanted}"
    )
