"""How a run overlaps its vertices, with every source of settings consulted."""

from collections.abc import Collection
from typing import Final

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.settings_in_force import settings_in_force
from hbia_dsl.diagnostics.logbook import log_warning
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.kernel import Schedule


@attrs.frozen
class RunMode:
    """What may overlap, and on how many threads."""

    schedule: Schedule
    max_workers: int


SERIAL: Final = RunMode(Schedule.SERIAL, 1)
"""One thread is all that a serial run on an event loop needs for its sync vertices."""


def run_mode(options: RunOptions, *, overruled: Collection[str] = ()) -> RunMode:
    """Resolve what a run's options leave to the settings.

    Args:
        options: The run's options.
        overruled: Settings that the call gives in another way than by its options.

    Raises:
        SettingsError: The environment holds a bad value that nothing overrules.
    """
    settings = settings_in_force()
    if settings.problems:
        settings.refuse_problems({*overruled, *options.settings_given()})
    if settings.is_cached if options.cache is NOT_GIVEN else options.cache:
        say_cache_is_missing()
    if not (settings.is_parallel if options.parallel is NOT_GIVEN else options.parallel):
        return SERIAL
    given = options.max_workers
    return RunMode(
        Schedule.EAGER if options.schedule == "eager" else Schedule.STAGES,
        settings.max_workers if given is NOT_GIVEN else given,
    )


def say_cache_is_missing() -> None:
    """Say that results are not cached yet; nothing that was asked for is dropped silently."""
    log_warning(
        "caching was asked for, but nothing is cached yet in this version: every vertex runs"
    )
