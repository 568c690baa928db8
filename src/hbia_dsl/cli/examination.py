"""What `hbia doctor` looks at, as a list of findings."""

import os
import platform
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from typing import Final, Literal

import attrs

import hbia_dsl
from hbia_dsl.cli.cache_place import has_store, size_text
from hbia_dsl.conf.setting_fields import FIELDS
from hbia_dsl.conf.settings_in_force import settings_in_force

FINE: Final = "fine"
NOTE: Final = "note"
BROKEN: Final = "broken"

_WAL_IS_SAFE: Final = (3, 51, 3)
"""The first SQLite in which a checkpoint cannot reset a log that others still write."""

_NEEDED: Final = ("attrs", "cattrs", "typing-extensions", "trio", "PyYAML")
_EXTRAS: Final = {
    "cli": ("cyclopts", "rich"),
    "check": ("mypy",),
    "sqlalchemy": ("sqlalchemy", "aiosqlite"),
    "postgres": ("psycopg",),
}
"""The optional extras, and the packages that each brings."""


@attrs.frozen
class Finding:
    """One thing that was looked at."""

    subject: str
    state: Literal["fine", "note", "broken"]
    """Fine, worth knowing, or broken."""
    detail: str
    help: str | None = None
    """What to do about it."""


def examine() -> list[Finding]:
    """Look at everything, and change nothing."""
    return [*_versions(), *_extras(), *_settings(), _cache()]


def _versions() -> Iterator[Finding]:
    gil = "with GIL" if _has_gil() else "without GIL"
    name = platform.python_implementation()
    yield Finding("Python", FINE, f"{name} {platform.python_version()}, {gil}")
    yield _own_version()
    for package in _NEEDED:
        version = _version(package)
        if version is None:
            help_ = f'pip install "{package}"'
            yield Finding(package, BROKEN, "needed, but not installed", help_)
        else:
            yield Finding(package, FINE, version)
    yield _sqlite()


def _has_gil() -> bool:
    asked = getattr(sys, "_is_gil_enabled", None)
    if asked is not None:
        return bool(asked())
    return not sysconfig.get_config_var("Py_GIL_DISABLED")


def _own_version() -> Finding:
    installed = _version("hbia-dsl")
    if installed is None:
        return Finding("hbia-dsl", NOTE, f"{hbia_dsl.__version__}, run without being installed")
    if installed != hbia_dsl.__version__:
        detail = f"{hbia_dsl.__version__}, but {installed} is installed"
        return Finding("hbia-dsl", NOTE, detail, "another copy goes first on the path")
    return Finding("hbia-dsl", FINE, installed)


def _sqlite() -> Finding:
    try:
        import sqlite3  # loaded where it is used
    except ImportError:
        help_ = "install a Python that was built with SQLite"
        return Finding("SQLite", BROKEN, "this Python has no sqlite3: nothing is cached", help_)
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _WAL_IS_SAFE:
        detail = f"{version}, older than 3.51.3, in which a rare fault of its log was mended"
        help_ = "the cache does its checkpoints so that the fault cannot happen there"
        return Finding("SQLite", NOTE, detail, help_)
    return Finding("SQLite", FINE, version)


def _extras() -> Iterator[Finding]:
    for extra, packages in _EXTRAS.items():
        versions = {package: _version(package) for package in packages}
        present = [f"{name} {version}" for name, version in versions.items() if version]
        missing = [name for name, version in versions.items() if version is None]
        if not missing:
            yield Finding(f"extra {extra}", FINE, ", ".join(present))
        else:
            help_ = f'to have it: pip install "hbia-dsl[{extra}]"'
            detail = f"not there: {', '.join(missing)}"
            yield Finding(f"extra {extra}", NOTE, detail, help_)


def _settings() -> Iterator[Finding]:
    settings = settings_in_force()
    in_force = {
        "PARALLEL_ENABLED": settings.is_parallel,
        "ASYNC_ENABLED": settings.is_async,
        "CACHE_ENABLED": settings.is_cached,
        "MAX_WORKERS": settings.max_workers,
        "CACHE_DIR": settings.cache_dir,
    }
    for name in FIELDS:
        problem = settings.problems.get(name)
        if problem is not None:
            help_ = "correct the environment variable, or remove it"
            yield Finding(name, BROKEN, problem, help_)
            continue
        source = f"from HBIA_{name}" if os.environ.get(f"HBIA_{name}") else "default"
        yield Finding(name, FINE, f"{in_force.get(name)} ({source})")
    known = {f"HBIA_{name}" for name in FIELDS} | {"HBIA_LONG"}
    for variable in sorted(v for v in os.environ if v.startswith("HBIA_") and v not in known):
        yield Finding(variable, NOTE, "there is no such setting")


def _cache() -> Finding:
    folder = settings_in_force().cache_dir
    if os.path.exists(folder) and not os.path.isdir(folder):
        help_ = "move it away, or set HBIA_CACHE_DIR"
        return Finding("cache", BROKEN, f"{folder}: not a folder", help_)
    if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
        help_ = "give the folder back to its user, or set HBIA_CACHE_DIR"
        return Finding("cache", BROKEN, f"{folder}: cannot be written", help_)
    if not has_store(folder):
        return Finding("cache", FINE, f"{folder}: nothing in it yet")
    from hbia_dsl.cache.sqlite_store import SqliteStore  # loaded where it is used

    store = SqliteStore(folder)
    try:
        info = store.info()
    finally:
        store.close()
    detail = f"{folder}: {info.entries} entries, {size_text(info.size_bytes)}"
    if info.problems:
        told = ", ".join(f"{problem} ({count})" for problem, count in info.problems.items())
        return Finding("cache", BROKEN, f"{detail}; {told}", "run hbia cache-clear")
    return Finding("cache", FINE, detail)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
