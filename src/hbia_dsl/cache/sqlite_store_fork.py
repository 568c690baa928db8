"""Stores and `os.fork`: a child must not touch its parent's connections, not even to close them.

So they are closed before a fork, and each side opens its own when it needs one. A fork that
Python does not see leaves the child with connections that it never touches again.
"""

import os
from typing import Final, Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """What is told about forks."""

    def before_fork(self) -> None:
        """Let go of everything, and let nobody begin anything."""
        ...

    def after_fork(self) -> None:
        """Go on; called in the parent and in the child."""
        ...


_STORES: Final[WeakSet[Forkable]] = WeakSet()
_held: list[Forkable] = []
_ABANDONED: Final[list[object]] = []


def watch_forks(store: Forkable) -> None:
    """Tell a store about forks as long as it lives."""
    if hasattr(os, "register_at_fork") and not _is_registered:
        _is_registered.append(True)
        os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
    _STORES.add(store)


def abandon(thing: object) -> None:
    """Keep something alive for ever, because to let go of it would touch it."""
    _ABANDONED.append(thing)


_is_registered: Final[list[bool]] = []


def _before() -> None:
    for store in list(_STORES):
        _held.append(store)
        store.before_fork()


def _after() -> None:
    while _held:
        _held.pop().after_fork()
