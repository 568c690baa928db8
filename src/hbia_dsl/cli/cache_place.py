"""The cache that the commands about it mean."""

import os

import attrs

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure, wrong_usage


@attrs.frozen
class CachePlace:
    """The folder of a cache."""

    folder: str
    is_there: bool
    """Whether a store is in it; looking into one that is not there would make it."""


def cache_place(folder: str | None) -> CachePlace:
    """Return where the cache is.

    Args:
        folder: What the command line says; None for what the settings say.

    Raises:
        CommandFailure: It is something else than a folder, or the setting is bad.
    """
    from hbia_dsl.conf.settings_in_force import settings_in_force  # loaded where it is used

    settings = settings_in_force()
    if folder is None and "CACHE_DIR" in settings.problems:
        raise wrong_usage(settings.problems["CACHE_DIR"])
    chosen = settings.cache_dir if folder is None else os.path.expanduser(folder)
    if os.path.exists(chosen) and not os.path.isdir(chosen):
        raise CommandFailure(f"`{chosen}` is not a folder", exit_code=PROBLEMS)
    return CachePlace(chosen, has_store(chosen))


def has_store(folder: str) -> bool:
    """Tell whether a store is in a folder, without making one."""
    from hbia_dsl.cache.sqlite_store_place import FOLDER_NAMES  # loaded where it is used

    return any(os.path.isdir(os.path.join(folder, name)) for name in FOLDER_NAMES)


def size_text(size_bytes: int) -> str:
    """Return a size as a reader wants it: `900 B`, `12.3 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    size = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            break
    return f"{size:.1f} {unit}"
