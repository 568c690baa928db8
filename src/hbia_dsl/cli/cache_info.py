"""`hbia cache-info`: how much the cache holds."""

from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cache.store_info import StoreInfo
from hbia_dsl.cli.cache_place import cache_place, size_text
from hbia_dsl.drawing.drawn_graph import counted


def cache_info(
    *,
    folder: Annotated[str | None, Parameter(name="--dir")] = None,
    json: bool = False,
) -> int:
    """Tell how much the cache holds.

    Args:
        folder: The folder of the cache (default: what the settings say).
        json: Print JSON.
    """
    place = cache_place(folder)
    info = _info(place.folder) if place.is_there else StoreInfo(0, 0, 0)
    if json:
        from json import dumps  # loaded where it is used

        facts = {"entries": info.entries, "size_bytes": info.size_bytes}
        limits = {"max_bytes": info.max_bytes, "problems": dict(info.problems)}
        print(
            dumps({"folder": place.folder, "is_there": place.is_there, **facts, **limits}, indent=2)
        )
        return 0
    if not place.is_there:
        print(f"{place.folder}: no cache yet")
        return 0
    room = f"{size_text(info.size_bytes)} of {size_text(info.max_bytes)}"
    print(f"{place.folder}: {counted(info.entries, 'entry', 'entries')}, {room}")
    for problem, count in info.problems.items():
        print(f"  problem: {problem} ({count})")
    return 0


def _info(folder: str) -> StoreInfo:
    from hbia_dsl.cache.sqlite_store import SqliteStore  # loaded where it is used

    store = SqliteStore(folder)
    try:
        return store.info()
    finally:
        store.close()
