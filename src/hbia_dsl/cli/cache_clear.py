"""`hbia cache-clear`: remove every entry of the cache."""

from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.cache_place import cache_place
from hbia_dsl.drawing.drawn_graph import counted


def cache_clear(*, folder: Annotated[str | None, Parameter(name="--dir")] = None) -> int:
    """Remove every entry of the cache.

    Args:
        folder: The folder of the cache (default: what the settings say).
    """
    place = cache_place(folder)
    removed = 0
    if place.is_there:
        from hbia_dsl.cache.sqlite_store import SqliteStore  # loaded where it is used

        store = SqliteStore(place.folder)
        try:
            removed = store.clear()
        finally:
            store.close()
    print(f"{place.folder}: {counted(removed, 'entry', 'entries')} removed")
    return 0
