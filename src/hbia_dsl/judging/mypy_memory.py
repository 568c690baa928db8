"""What mypy remembers between runs: a folder of our own, which begins as a copy of the app's.

mypy keeps one answer for each module and options. Sharing the folder of the app would
let two runs write it at once, and options given by hand would make each undo the work
of the other. A copy costs milliseconds and makes even the first check of a large app
cheap, because all but the text of the check is known already.
"""

import contextlib
import os
import shutil
from typing import Final

_DEFAULT: Final = ".mypy_cache"
_STAMP: Final = "copied-from"
_NOT_COPIED: Final = ("-shm", "-wal", "-journal")
"""What SQLite writes beside a database while it is open; its own copying takes it in."""


def prepare_memory(folder: str) -> None:
    """Copy what mypy remembers of the app, if that is newer than our copy.

    Whatever goes wrong costs time and nothing else: mypy then starts from less.

    Args:
        folder: Our own folder.
    """
    source = app_memory()
    if source is None:
        return
    stamp = os.path.join(folder, _STAMP)
    latest = f"{source}\n{_latest_change(source)}"
    with contextlib.suppress(OSError), open(stamp, encoding="utf-8") as opened:
        if opened.read() == latest:
            return
    try:
        shutil.rmtree(folder, ignore_errors=True)
        _copy_tree(source, folder)
        with open(stamp, "w", encoding="utf-8") as opened:
            opened.write(latest)
    except Exception:  # noqa: BLE001 - half a copy may mislead mypy, none never does
        shutil.rmtree(folder, ignore_errors=True)


def app_memory() -> str | None:
    """Return the folder in which mypy remembers the app; None if there is none.

    It is what mypy itself would use in the working directory.
    """
    folder = os.environ.get("MYPY_CACHE_DIR", "").strip() or _configured() or _DEFAULT
    folder = os.path.abspath(os.path.expandvars(os.path.expanduser(folder)))
    return folder if folder != os.path.abspath(os.devnull) and os.path.isdir(folder) else None


def _configured() -> str | None:
    for name in ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"):
        section = _section(name) if os.path.isfile(name) else None
        if section is not None:  # the first file with a section for mypy is the one it takes
            folder = section.get("cache_dir")
            return folder if isinstance(folder, str) else None
    return None


def _section(name: str) -> dict[str, object] | None:
    try:
        return _toml_section(name) if name.endswith(".toml") else _ini_section(name)
    except Exception:  # noqa: BLE001 - what cannot be read is for mypy to complain about
        return None


def _ini_section(name: str) -> dict[str, object] | None:
    from configparser import ConfigParser  # loaded where it is used

    parser = ConfigParser(interpolation=None)
    parser.read(name, encoding="utf-8")
    return dict(parser["mypy"]) if parser.has_section("mypy") else None


def _toml_section(name: str) -> dict[str, object] | None:
    import tomllib  # loaded where it is used

    with open(name, "rb") as opened:
        found = tomllib.load(opened).get("tool", {}).get("mypy")
    return found if isinstance(found, dict) else None


def _latest_change(folder: str) -> int:
    """Return the time of the newest file, in nanoseconds."""
    return max(
        (
            os.stat(os.path.join(path, name)).st_mtime_ns
            for path, _, names in os.walk(folder)
            for name in names
            if not name.endswith("-shm")
        ),
        default=0,
    )


def _copy_tree(source: str, target: str) -> None:
    for path, _, names in os.walk(source):
        inside = os.path.join(target, os.path.relpath(path, source))
        os.makedirs(inside, exist_ok=True)
        for name in names:
            if name.endswith(".db"):
                _copy_database(os.path.join(path, name), os.path.join(inside, name))
            elif not name.endswith(_NOT_COPIED):
                # With its time: mypy compares it with the one it has noted.
                shutil.copy2(os.path.join(path, name), os.path.join(inside, name))


def _copy_database(source: str, target: str) -> None:
    """Copy a database as SQLite sees it, also while another mypy writes it."""
    import sqlite3  # loaded where it is used

    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as opened,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        opened.backup(copy)
