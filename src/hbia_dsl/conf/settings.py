"""Explicit settings of the process: what a run does if the call does not say."""

import sys

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.conf.setting_fields import FIELDS
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_SETTING
from hbia_dsl.diagnostics.location import Location
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
        problems = []
        for name, field in FIELDS.items():
            value = getattr(self, name)
            if value is not NOT_GIVEN and not field.accepts(value):
                problems.append(f"`{name}` must be {field.wanted}, not {_shown(value)}")
        if problems:
            # Two frames up: this method is called by the `__init__` that attrs wrote.
            frame = sys._getframe(2)  # noqa: SLF001 - CPython's way to see the stack
            place = Location(frame.f_code.co_filename, frame.f_lineno)
            raise SettingsError(bad_settings(problems, place, "correct the value"))


_installed: Settings = Settings()


def configure(settings: Settings | None = None) -> None:
    """Install settings for the whole process; without an argument, forget earlier ones.

    Settings replace those of an earlier call as a whole: a field that is left out is
    looked for in the environment again.

    Raises:
        SettingsError: What was given are not `Settings`.
    """
    global _installed  # noqa: PLW0603 - process-wide is what this function is for
    given: object = settings  # callers without a type checker pass anything
    if given is not None and not isinstance(given, Settings):
        text = f"`configure` takes `Settings`, not a {type(given).__name__}"
        help_ = "write configure(Settings(MAX_WORKERS=8))"
        raise SettingsError(Diagnostic(BAD_SETTING, text, location=caller_location(), help=help_))
    _installed = Settings() if settings is None else settings


def installed_settings() -> Settings:
    """Return what `configure` installed last."""
    return _installed


def bad_settings(problems: list[str], place: Location | None, help_: str) -> Diagnostic:
    """Describe settings that cannot be used; all of them at once."""
    if len(problems) == 1:
        return Diagnostic(BAD_SETTING, f"setting {problems[0]}", location=place, help=help_)
    message = f"{len(problems)} settings cannot be used"
    return Diagnostic(BAD_SETTING, message, location=place, notes=tuple(problems), help=help_)


def _shown(value: object) -> str:
    # A setting is not a secret, and the report is useless without it.
    return repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
