"""`hbia cache-prune`: remove the entries that were not used for longest."""

from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.cache_place import cache_place
from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.drawing.drawn_graph import counted

_BYTES_A_MB = 1_000_000
_SECONDS_A_DAY = 86_400


def cache_prune(
    *,
    folder: Annotated[str | None, Parameter(name="--dir")] = None,
    max_mb: float | None = None,
    older_than_days: float | None = None,
) -> int:
    """Remove the entries that were not used for longest.

    Args:
        folder: The folder of the cache (default: what the settings say).
        max_mb: Leave at the most so many megabytes (default: the limit of the cache).
        older_than_days: Remove what was not used for so many days.
    """
    for option, given in (("--max-mb", max_mb), ("--older-than-days", older_than_days)):
        if given is not None and not 0 <= given < float("inf"):
            raise wrong_usage(f"{option} must be a number of at least 0")
    place = cache_place(folder)
    removed = 0
    if place.is_there:
        from hbia_dsl.cache.sqlite_store import SqliteStore  # loaded where it is used

        store = SqliteStore(place.folder)
        try:
            removed = store.prune(
                None if max_mb is None else int(max_mb * _BYTES_A_MB),
                None if older_than_days is None else older_than_days * _SECONDS_A_DAY,
            )
        finally:
            store.close()
    print(f"{place.folder}: {counted(removed, 'entry', 'entries')} removed")
    return 0
