"""The stores of this process: one for each directory, shared by all runs."""

import os
from threading import Lock
from weakref import WeakKeyDictionary

import attrs

from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.run_journal import RunJournal
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.diagnostics.logbook import log_warning
from hbia_dsl.flow.run_cache import Flights, RunCache


@attrs.frozen(eq=False)
class _Place:
    """What is shared by all runs that keep their results in one place."""

    store: Store
    flights: Flights = attrs.field(factory=Flights)
    journal: RunJournal | None = None


_LOCK = Lock()
_DIRECTORIES: dict[tuple[str, str], _Place] = {}
"""By working directory and directory."""
_GIVEN: "WeakKeyDictionary[Store, Flights]" = WeakKeyDictionary()
"""What runs with a store of the user's share."""


def open_cache(flow: str, directory: str, store: Store | None = None) -> RunCache:
    """Return the cache of a new run.

    Args:
        flow: Name of the flow.
        directory: Where values are kept.
        store: Another place to keep them.
    """
    place = _directory(directory) if store is None else _Place(store, _flights_of(store))
    return RunCache(flow, place.store, place.flights, place.journal)


def _directory(directory: str) -> _Place:
    try:
        key = os.getcwd(), directory
    except OSError:  # it was removed; an absolute path would be of use
        if not os.path.isabs(directory):
            log_warning("the cache is not used: the working directory is not there any more")
            return _Place(MemoryStore(max_bytes=0))
        key = "", directory
    place = _DIRECTORIES.get(key)
    if place is None:
        path = os.path.normpath(os.path.join(*key))
        with _LOCK:
            # The same directory by another path is the same place.
            place = _DIRECTORIES.get(("", path))
            if place is None:
                place = _Place(SqliteStore(path), journal=RunJournal(path))
                _DIRECTORIES["", path] = place
            _DIRECTORIES[key] = place
    return place


def _flights_of(store: Store) -> Flights:
    with _LOCK:
        try:
            return _GIVEN.setdefault(store, Flights())
        except TypeError:  # it cannot be a key; then each run has its own
            return Flights()
