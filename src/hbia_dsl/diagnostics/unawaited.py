"""Coroutines that nobody will await."""

from inspect import CORO_CREATED, getcoroutinestate, iscoroutine


def discard(value: object) -> None:
    """Close a coroutine that was never begun, so that Python does not complain of it."""
    if iscoroutine(value) and getcoroutinestate(value) == CORO_CREATED:
        value.close()
