"""The stores of this process: one for each directory, shared by all runs.

A few stay open between runs, since opening one takes longer than a hit. Others are closed when
no run uses them: each holds six file descriptors.
"""

import importlib
import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import attrs

from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.run_journal import RunJournal
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.diagnostics.logbook import log_warning
from hbia_dsl.flow.run_cache import Flights, RunCache

MOST_OPEN: Final = 8
"""Directories that stay open while no run uses them."""


@attrs.define(eq=False)
class _Place:
    """What is shared by all runs that keep their results in one place."""

    store: Store
    flights: Flights = attrs.field(factory=Flights)
    journal: RunJournal | None = None
    runs: int = 0
    """How many runs use it just now."""

    def close(self) -> None:
        """Let go of files."""
        with suppress(OSError):
            self.store.close()
            if self.journal is not None:
                self.journal.close()


@attrs.define(eq=False)
class _OpenPlaces:
    """The places of this process by the path of their directory, the least recently used first."""

    by_path: OrderedDict[str, _Place] = attrs.field(factory=OrderedDict)
    lock: Lock = attrs.field(factory=Lock)
    pid: int = attrs.field(factory=os.getpid)

    def enter(self, path: str) -> _Place:
        """Return the place of a directory for a run that begins."""
        unused: list[_Place] = []
        with self._locked():
            place = self.by_path.get(path)
            if place is None:
                _be_ready_to_warn()
                unused = self._taken(lambda known, _: not os.path.lexists(known))
                place = self.by_path[path] = _Place(SqliteStore(path), journal=RunJournal(path))
            self.by_path.move_to_end(path)
            place.runs += 1
            if len(self.by_path) > MOST_OPEN:
                unused += self._too_many()
        for other in unused:
            other.close()
        return place

    def leave(self, place: _Place) -> None:
        """Note that a run has ended."""
        with self._locked():
            place.runs -= 1
            unused = self._too_many() if len(self.by_path) > MOST_OPEN else ()
        for other in unused:
            other.close()

    def _too_many(self) -> list[_Place]:
        """Take away the places beyond the number that may stay open."""
        left = iter(range(len(self.by_path) - MOST_OPEN))
        return self._taken(lambda _, place: place.runs <= 0 and next(left, None) is not None)

    def _taken(self, is_chosen: Callable[[str, _Place], bool]) -> list[_Place]:
        """Take away places that no run uses, to be closed when the lock is free again."""
        chosen = [
            path
            for path, place in self.by_path.items()
            if place.runs <= 0 and is_chosen(path, place)
        ]
        return [self.by_path.pop(path) for path in chosen]

    def _locked(self) -> Lock:
        if self.pid != os.getpid():  # a thread that is not in this child may have held the lock
            self.pid, self.lock = os.getpid(), Lock()
            for place in self.by_path.values():
                place.runs = 0  # they are runs of the parent
        return self.lock


_OPEN: Final = _OpenPlaces()
_LOCK: Final = Lock()
_GIVEN: "WeakKeyDictionary[Store, Flights]" = WeakKeyDictionary()
"""What runs with a store of the user's share."""


def open_cache(flow: str, directory: str, store: Store | None = None) -> RunCache:
    """Return the cache of a new run; whoever runs it calls `RunCache.leave` at its end.

    Args:
        flow: Name of the flow.
        directory: Where values are kept.
        store: Another place to keep them.
    """
    if store is not None:
        _be_ready_to_warn()
        return RunCache(flow, store, _flights_of(store))
    try:
        path = _path(os.getcwd(), directory)
    except OSError:  # it was removed; an absolute path would be of use
        if not os.path.isabs(directory):
            log_warning("the cache is not used: the working directory is not there any more")
            nowhere = MemoryStore()
            nowhere.close()
            return RunCache(flow, nowhere, Flights())
        path = _path("", directory)
    place = _OPEN.enter(path)
    return RunCache(flow, place.store, place.flights, place.journal, partial(_OPEN.leave, place))


@lru_cache(maxsize=256)
def _path(working_directory: str, directory: str) -> str:
    return os.path.normpath(os.path.join(working_directory, directory))


@lru_cache(maxsize=1)
def _be_ready_to_warn() -> None:
    """Load what a warning needs: when files cannot be opened any more, it is too late for that."""
    with suppress(Exception):  # it is too late already
        importlib.import_module("logging")


def _flights_of(store: Store) -> Flights:
    with _LOCK:
        try:
            return _GIVEN.setdefault(store, Flights())
        except TypeError:  # it cannot be a key; then each run has its own
            return Flights()
