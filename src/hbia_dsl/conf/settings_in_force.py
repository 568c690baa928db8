"""The settings in force at one moment, all sources consulted.

Each field is resolved on its own: the call's argument, then the `Settings` given to
`configure`, then the environment (`HBIA_*`), then the default. "Not given" is a value
of its own, never `False`, so an explicit `False` wins over the environment. A variable
that nothing above it overrules is read even if the run would not need it: a mistake
there comes to light at the first run, not at the first parallel one.

Every run asks, so the answer is kept as long as neither the environment nor the
installed settings have changed.
"""

import os
from collections.abc import Collection, Mapping
from typing import Final

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.setting_fields import FIELDS
from hbia_dsl.conf.settings import Settings, bad_settings, installed_settings
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.errors import SettingsError


@attrs.frozen
class SettingsInForce:
    """What holds for a run unless its call says otherwise."""

    is_parallel: bool
    is_async: bool
    is_cached: bool
    max_workers: int
    cache_dir: str
    problems: Mapping[str, str]
    """Fields that could not be read, and why; those fields have their defaults here."""

    def refuse_problems(self, overruled: Collection[str] = ()) -> None:
        """Refuse to run with a bad environment.

        Args:
            overruled: Fields that the call itself gives: whatever the environment says
                about them does not matter.

        Raises:
            SettingsError: Variables hold what they cannot hold; all of them at once.
        """
        texts = [text for name, text in self.problems.items() if name not in overruled]
        if texts:
            help_ = "correct the environment variable, or remove it"
            raise SettingsError(bad_settings(texts, caller_location(), help_))


_VARIABLES: Final = tuple(f"HBIA_{name}" for name in FIELDS)
_KEYS: Final = tuple(map(os.environ.encodekey, _VARIABLES))

_LONGEST_TEXT: Final = 40
"""Characters of a variable that a message shows."""

_latest: tuple[tuple[object, ...], Settings, SettingsInForce] | None = None
"""What was resolved last, and from what."""


def settings_in_force() -> SettingsInForce:
    """Return the settings that hold now."""
    global _latest  # noqa: PLW0603 - one answer kept for the whole process
    texts, installed = _environment(), installed_settings()
    latest = _latest
    if latest is not None and latest[0] == texts and latest[1] is installed:
        return latest[2]
    found = _resolve(installed)
    _latest = (texts, installed, found)
    return found


def _environment() -> tuple[object, ...]:
    """Return the raw texts of our variables; only ever compared."""
    # `os.environ.get` decodes, raises and catches: ten times the cost of asking the dict inside.
    inside: Mapping[object, object] | None = getattr(os.environ, "_data", None)
    if inside is None:
        return tuple(map(os.environ.get, _VARIABLES))
    return tuple(map(inside.get, _KEYS))


def _resolve(installed: Settings) -> SettingsInForce:
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, field in FIELDS.items():
        value: object = getattr(installed, name)
        if value is NOT_GIVEN:
            text = os.environ.get(f"HBIA_{name}", "")
            value = field.parse(text) if text else field.default
            if not field.accepts(value):
                problems[name] = f"`HBIA_{name}` must be {field.wanted}, not {_shown(text)}"
                value = field.default
        values[name] = value
    workers, folder = values["MAX_WORKERS"], values["CACHE_DIR"]
    assert isinstance(workers, int)  # noqa: S101 - the fields' own rules were asked
    assert isinstance(folder, str)  # noqa: S101 - as above
    return SettingsInForce(
        is_parallel=values["PARALLEL_ENABLED"] is True,
        is_async=values["ASYNC_ENABLED"] is True,
        is_cached=values["CACHE_ENABLED"] is True,
        max_workers=workers,
        cache_dir=os.path.expanduser(folder),  # no shell expands what a variable or a file says
        problems=problems,
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}...")
