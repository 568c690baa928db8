"""How a run overlaps its vertices, with every source of settings consulted."""

from collections.abc import Collection
from typing import Final

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.settings_in_force import settings_in_force
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.kernel.kernel import Schedule


@attrs.frozen
class RunMode:
    """What may overlap, on how many threads, and whether results are kept."""

    schedule: Schedule
    max_workers: int
    cache_dir: str | None = None
    """Where results are kept; None for a run without a cache."""


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
    # A store that is given is meant to be used.
    wants_cache = settings.is_cached or options.cache_store is not None
    is_cached = wants_cache if options.cache is NOT_GIVEN else options.cache
    cache_dir = settings.cache_dir if is_cached else None
    if not (settings.is_parallel if options.parallel is NOT_GIVEN else options.parallel):
        return RunMode(Schedule.SERIAL, 1, cache_dir) if is_cached else SERIAL
    given = options.max_workers
    return RunMode(
        Schedule.EAGER if options.schedule == "eager" else Schedule.STAGES,
        settings.max_workers if given is NOT_GIVEN else given,
        cache_dir,
    )
